"""Landing → published on a small sample shop and on real data: conservation, rerun, refusal, truth."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard import menu
from dashboard.base.texts import Texts
from pipeline import stages
from serving.facts.request import facts_model
from serving.facts.scorer import FactsScorer, NobodyKnown
from tests.dashboard import browser, made_versions, pages_alone, pages_in_a_browser
from tests.homes import copied_home
from tests.integration import pipeline
from tests.integration.facts import differences, facts_scorer, told_apart
from tests.integration.sums_of_doubles import unordered_sums_of_doubles
from tests.quick_models import quick_models
from tests.warehouse.forks import answer_of_fork
from warehouse.arrivals.since_file import open_since
from warehouse.audiences.manifest import Manifest
from warehouse.base.connections import open_build_file, open_published
from warehouse.base.errors import GateFailed
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.jobs.registry import job_specs, trained_jobs
from warehouse.marts.compiled import compiled_models
from warehouse.publishing.publish import publish
from warehouse.publishing.rollback import roll_back

pytestmark = pytest.mark.integration

COMPILED = "target/compiled/clientele/models/**"


@pytest.fixture(scope="module", autouse=True)
def less_search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Who competes, wins and serves is of interest here, not by how much; a picture of each kind is drawn."""
    with quick_models(tmp_path_factory.mktemp("models") / "conf", of_a_whole_run=True):
        yield


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory):
    """A small sample shop, run from landing to published once."""
    settings = Settings(
        home=tmp_path_factory.mktemp("shop"), sample_customer_count=1500, memory_limit="1GB", threads=2, jobs_off=""
    )
    report, plan, outcomes = pipeline.run_all(settings, "sample_shop")
    return settings, report, plan, outcomes


def test_every_row_is_accounted_for_and_the_dirt_ends_where_the_truth_says(shop) -> None:
    settings, report, _, _ = shop
    for load in report.loads:
        assert load.rows_read == load.rows_loaded + load.rows_quarantined + load.rows_already_loaded
    dirt = (settings.truth_folder / "sample_shop" / "dirt.csv").read_text(encoding="utf-8")
    truth = csv.DictReader(dirt.splitlines())
    expected = Counter((row["table"], int(row["row_number"])) for row in truth if row["expected"] == "quarantined")
    found = pipeline.in_build_file(
        settings, "sample_shop", "select table_name, row_number from quality.quarantined_rows"
    )
    assert Counter(found) == expected
    assert expected


def test_everyone_has_one_row_in_customer_360(shop) -> None:
    settings, *_ = shop
    [(rows, customers, known)] = pipeline.published(
        settings,
        "select count(*), count(distinct customer_id), (select count(*) from marts.dim_customers) "
        "from marts.customer_360",
    )
    assert rows == customers == known > 1000


@pytest.fixture(scope="module")
def scorer(shop) -> Iterator[FactsScorer]:
    with facts_scorer(shop[0]) as made:
        yield made


# With and without a contract, a score and a second account.
OF_EACH_KIND = """
    select customer_id from marts.customer_360
    qualify row_number() over (partition by churn_status, active_subscription_count > 0 order by hash(customer_id)) = 1
    union
    (select customer_id from quality.customer_merges inner join marts.customer_360 using (customer_id) limit 1)
"""
ALL_CUSTOMERS = "select customer_id from marts.customer_360"


@pytest.mark.parametrize(
    ("which", "at_once"),
    [(OF_EACH_KIND, (1, 20)), pytest.param(ALL_CUSTOMERS, (20,), marks=pytest.mark.campaign)],
)
def test_facts_of_customers_are_scored_as_the_pipeline_scored_them(
    shop, scorer: FactsScorer, which: str, at_once: tuple[int, ...]
) -> None:
    settings, *_ = shop
    customers = [customer_id for (customer_id,) in pipeline.published(settings, which)]
    assert len(customers) >= 4
    assert list(differences(scorer, settings, "sample_shop", customers, at_once)) == []


def test_odd_customers_are_told_the_same_alone_and_together(scorer: FactsScorer) -> None:
    one_order = [{"order_id": "x1", "ordered_at": "2026-06-01T12:00:00", "order_amount": "10"}]
    later = [{"order_id": "x2", "ordered_at": "2031-01-01T00:00:00", "order_amount": "99"}]
    odd: dict[str, dict[str, Any]] = {
        "no order": {"customers": [{"registered_at": "2026-05-01T09:00:00", "country": "Atlantis"}]},
        "one order and no profile": {"orders": one_order},
        "an order to come": {"customers": [{}], "orders": later},
        "a visit alone": {"events": [{"event_id": "x3", "occurred_at": "2026-06-20T12:00:00", "event_type": "visit"}]},
        "a contract": {"subscriptions": [{"subscription_id": "x4", "started_at": "2026-01-01"}]},
    }
    asked = [facts_model().model_validate({"customer_id": name, **facts}) for name, facts in odd.items()]
    together = scorer.of_several(asked)
    for facts, answer in zip(asked, together, strict=True):
        [alone] = scorer.of_several([facts])
        if isinstance(answer, NobodyKnown):
            assert (facts.customer_id, type(alone)) == ("a visit alone", NobodyKnown)
        else:
            assert list(told_apart(facts.customer_id, answer, alone)) == []
    assert sum(isinstance(answer, NobodyKnown) for answer in together) == 1


def test_audiences_have_consent_and_are_exported_with_the_version_they_were_published_with(shop) -> None:
    settings, _, plan, _ = shop
    counts = pipeline.published(
        settings, "select audience_name, exported_count, matched_count, status from marts.audience_overview order by 1"
    )
    assert [status for *_, status in counts] == ["selected"] * 4
    assert sum(exported for _, exported, *_ in counts) > 100
    [(refused,)] = pipeline.published(
        settings,
        "select count(*) from marts.audience_members inner join marts.customer_360 using (customer_id, as_of_date) "
        "where not may_be_contacted",
    )
    assert refused == 0
    [(live,)] = pipeline.published(
        settings, "select published_version from quality.pipeline_runs where status = 'live'"
    )
    for name, exported, matched, _ in counts:
        folder = settings.audience_exports_folder / "sample_shop" / name / "current"
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_text(encoding="utf-8"))
        assert (manifest.as_of_date, manifest.warehouse_version) == (plan.as_of_date, live)
        assert (manifest.counts["exported"], manifest.counts["matched"]) == (exported, matched)
        assert [file.rows for file in manifest.files] == [exported, exported]


def test_all_three_jobs_found_a_model_that_serves(shop) -> None:
    settings, _, _, outcomes = shop
    for table in ("customer_segments", "customer_churn", "customer_clv"):
        query = f"select count(*) from scores.{table}_current where status = 'scored'"
        [(scored,)] = pipeline.published(settings, query)
        assert scored > 300, table
    assert set(outcomes) == set(trained_jobs())


def test_every_job_hands_over_what_it_found(shop) -> None:
    """Those without a model: rows of this shop, a run in MLflow, and their best in the profile."""
    settings, *_ = shop
    for spec in (spec for spec in job_specs() if not spec.has_model):
        query = f"select count(*), count(mlflow_run_id) from scores.{spec.scores.table}_current where status = 'scored'"
        [(scored, of_a_run)] = pipeline.published(settings, query)
        assert scored == of_a_run > 0, spec.name
    found = "next_order_probability, recommended_product_code, new_product_code, last_feedback_sentiment, anomaly_rank"
    [counts] = pipeline.published(
        settings, f"select {', '.join(f'count({column})' for column in found.split(', '))} from marts.customer_360"
    )
    assert min(counts) > 0, dict(zip(found.split(", "), counts, strict=True))


def test_months_of_feedback_are_the_texts_of_the_job(shop) -> None:
    settings, *_ = shop
    texts = pipeline.published(
        settings,
        "select strftime(given_date, '%Y-%m'), sentiment_label, count(*) from scores.feedback_sentiment_current "
        "where status = 'scored' group by all",
    )
    months = pipeline.published(
        settings,
        "select strftime(month, '%Y-%m'), unnest(['negative', 'neutral', 'positive']), "
        "unnest([negative_count, neutral_count, positive_count]) from marts.feedback_months where cut_by = 'all'",
    )
    assert {row for row in months if row[2]} == set(texts)
    assert len(texts) > 10


def test_every_published_table_and_column_says_what_it_means(shop) -> None:
    settings, *_ = shop
    tables = pipeline.published(settings, "select schema_name, table_name, comment from duckdb_tables()")
    columns = pipeline.published(
        settings, "select table_name, column_name, comment from duckdb_columns() where not internal"
    )
    assert len(tables) > 50
    assert len(columns) > 800
    assert [(schema, table) for schema, table, comment in tables if not comment] == []
    assert [(table, column) for table, column, comment in columns if not comment] == []


def test_money_in_the_marts_is_money_in_the_files(shop) -> None:
    settings, *_ = shop
    [(raw,)] = pipeline.in_build_file(
        settings,
        "sample_shop",
        "select sum(coalesce(line_amount, (quantity * unit_price_amount)::decimal(18, 2))) "
        "from staging.stg_order_items",
    )
    ends = dict(
        pipeline.in_build_file(
            settings,
            "sample_shop",
            "select line_status, sum(raw_amount) from intermediate.int_order_items_classified group by all",
        )
    )
    [(marts,)] = pipeline.published(settings, "select sum(line_amount) from marts.fct_order_items")
    assert raw == sum(ends.values())
    assert marts == ends["kept"] > Decimal(0)


def test_published_scores_say_which_values_were_imputed_and_the_marts_do_not(shop) -> None:
    settings, *_ = shop
    missing = pipeline.published(
        settings,
        "select features.days_since_registration, treated.original_value, treated.used_value "
        "from scores.feature_treatments as treated "
        "inner join marts.customer_features as features using (customer_id, as_of_date) "
        "where treated.column_name = 'days_since_registration' and treated.rule = 'knn'",
    )
    assert missing
    assert all(days is None and original is None and used > 0 for days, original, used in missing)


def test_a_second_run_changes_nothing(shop) -> None:
    settings, _, _, first = shop
    before = pipeline.content_hashes(settings)
    report, _, outcomes = pipeline.run_all(settings, "sample_shop")
    assert report.rows_loaded == 0
    assert pipeline.content_hashes(settings) == before
    [(versions,)] = pipeline.published(settings, "select count(distinct published_version) from quality.pipeline_runs")
    assert versions == 2
    assert outcomes != first  # nothing was trained again, and the outcome says why


def test_no_sum_in_the_marts_depends_on_the_order_of_its_rows(shop) -> None:
    """As that of doubles does, in its last digits, and two threads do not meet rows in the same order twice."""
    settings, *_ = shop
    models = {file.stem: file.read_text(encoding="utf-8") for file in (settings.home / "dbt").glob(f"{COMPILED}/*.sql")}
    assert {"int_cohort_paybacks", "fct_orders", "customer_360"} <= models.keys()
    with open_build_file(settings, "sample_shop", read_only=True) as connection:
        unordered = {name: unordered_sums_of_doubles(connection, sql) for name, sql in models.items()}
        assert unordered_sums_of_doubles(connection, "select sum(0.1e0 * net_amount) from marts.fct_orders") == ["sum"]
    assert {name: sums for name, sums in unordered.items() if sums} == {}


def test_the_funnel_is_that_of_the_process(shop) -> None:
    """docs/sample-shop.md: purchases happen online when orders do; of the other visits 8 % are anonymous, 0.6 look at a
    product and 0.08 fill a basket."""
    settings, *_ = shop
    linked, missed, near, paid = pipeline.published(
        settings,
        "select sum(linked_event_count), sum(repeated_event_count), sum(orderless_event_count), "
        "sum(linked_order_count) from marts.conversion_linkage",
    )[0]
    online = pipeline.published(
        settings, "select count(*) from marts.fct_orders where order_kind = 'sale' and sales_channel in ('web', 'app')"
    )[0][0]
    assert linked == paid
    assert linked + missed + near > 1000
    assert missed == 0
    assert near < 0.02 * linked  # orders that dirt kept out of the warehouse
    assert paid > 0.98 * online
    looked, filled, nobody, visits = pipeline.published(
        settings,
        "select avg(has_product_view::int), avg(has_basket::int), avg((customer_id is null)::int), count(*) "
        "from marts.fct_sessions where not has_purchase",
    )[0]
    for found, true in ((looked, 0.6), (filled, 0.08), (nobody, 0.08)):
        assert abs(found - true) < 4 * (true * (1 - true) / visits) ** 0.5


def test_churn_scores_recover_the_true_activity(shop) -> None:
    """Customers of higher true purchase expectation get lower churn probabilities."""
    settings, *_ = shop
    truth = settings.truth_folder / "sample_shop" / "customers.csv"
    with open_build_file(settings, "sample_shop") as connection:
        [(correlation, customers)] = connection.execute(
            "with truth as (select customer_id, expected_order_count_90d from read_csv(?, all_varchar = true)), "
            "scored as (select * from scores.customer_churn_current where status = 'scored') "
            "select corr(rank_truth, rank_score), count(*) from (select "
            "rank() over (order by expected_order_count_90d::double) as rank_truth, "
            "rank() over (order by churn_probability) as rank_score from scored inner join truth using (customer_id))",
            [str(truth)],
        ).fetchall()
    assert customers > 300
    assert correlation < -0.5


def test_stages_find_whose_lifetime_has_ended(shop) -> None:
    """Of those gone for half a year most have lapsed, of those still there few."""
    settings, *_ = shop
    truth = settings.truth_folder / "sample_shop" / "customers.csv"
    with open_build_file(settings, "sample_shop") as connection:
        found = connection.execute(
            "with truth as (select customer_id, max(lifetime_end_at) as ended_at from read_csv(?) group by all) "
            "select case when ended_at >= evaluated_on then 'alive' when ended_at < evaluated_on - interval 180 day "
            "then 'long gone' else 'gone' end as fate, count(*), avg((stage = 'lapsed')::int), "
            "avg((stage in ('lapsed', 'at_risk'))::int) "
            "from marts.customer_lifecycle inner join truth using (customer_id) "
            "where order_day_count > 0 and month = (select max(month) from marts.customer_lifecycle) group by fate",
            [str(truth)],
        ).fetchall()
    shares = {fate: (lapsed, silent) for fate, count, lapsed, silent in found if count > 100}
    assert shares["long gone"][0] > 0.8
    assert shares["long gone"][1] > 0.9
    assert shares["alive"][0] < 0.2
    assert shares["alive"][1] < 0.4


# Pages whose blocks are pieces of models and sources, or ask what is not published.
NOT_ASKED = {"adding-a-feature.md", "adding-a-raw-table.md", "adding-a-source.md", "identity.md"}
# A page whose tables fill from the second run on.
ANSWERED_LATER = {"audiences.md"}
PAGES = [
    page
    for page in (CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md")))
    if "```sql\n" in page.read_text(encoding="utf-8") and page.name not in NOT_ASKED
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_queries_of_the_docs_are_answered_and_with_the_columns_shown(shop, page: Path) -> None:
    settings, *_ = shop
    blocks = re.findall(r"```sql\n(.*?)```(?:\n```\n(.*?)\n)?", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert blocks
    with open_published(settings) as connection:
        for query, header in blocks:
            found = connection.execute(query)
            if header:
                assert [column[0] for column in found.description] == header.split()
                assert found.fetchall() or page.name in ANSWERED_LATER, query


@pytest.fixture
def checkout_of(shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which paths of the docs lead to the shop and to this environment."""
    settings, *_ = shop
    (tmp_path / "var").symlink_to(settings.home)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLIENTELE_HOME", raising=False)
    return tmp_path


def test_what_the_docs_say_of_other_tools_works(checkout_of: Path) -> None:
    text = (CHECKOUT / "docs" / "other-tools.md").read_text(encoding="utf-8")
    found: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        exec(block, found)  # noqa: S102 - our own
    assert found["version"].endswith("-sample_shop")
    assert len(found["to_call"]) > 0
    assert found["large"].order_id.is_unique
    assert len(found["months"]) > 10
    assert {"customer_360", "fct_orders"} <= set(found["tables"])
    assert ("customer_360",) in found["marts"]
    saved = (checkout_of / "segment_overview.csv").read_bytes()
    assert saved.startswith(b"\xef\xbb\xbf")
    assert saved.count(b"\n") == len(found["table"]) + 1
    [command] = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "segment_name,customer_count"
    assert len(done.stdout.splitlines()) > 3


def test_the_notebook_answers_its_questions(checkout_of: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    notebook = json.loads((CHECKOUT / "notebooks" / "first-look.ipynb").read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"] == [[]] * len(code)
    found: dict[str, Any] = {}
    pyplot.close("all")
    try:
        for cell in code:
            exec(cell, found)  # noqa: S102 - our own
        pictures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        assert len(pictures) == 5
        assert all(picture.axes[0].has_data() for picture in pictures)
    finally:
        pyplot.close("all")
    for name in ("live", "to_call", "retention", "channels", "past", "ahead", "trial", "decisions"):
        assert len(found[name]) > 0, name


def test_every_job_has_a_page_that_says_how_good_it_is() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in (CHECKOUT / "docs").glob("*.md"))
    assert [spec.name for spec in job_specs() if f"scores.{spec.scores.table}" not in text] == []


def test_a_failed_gate_stops_before_publishing(shop, tmp_path: Path) -> None:
    original, _, plan, _ = shop
    settings = copied_home(original, tmp_path / "home")
    before = pipeline.content_hashes(settings)
    with open_build_file(settings, "sample_shop") as connection:
        connection.execute("update scores.customer_churn set churn_probability = 1.7 where status = 'scored'")
    with pytest.raises(GateFailed) as failure:
        stages.check(settings, plan, "scores")
    assert "churn_probability" in failure.value.message
    assert pipeline.content_hashes(settings) == before
    failed = pipeline.in_build_file(
        settings, "sample_shop", "select count(*) from quality.validation_results where not success"
    )
    assert failed[0][0] >= 1


ARRIVED = {
    "orders_new.csv": """\
order_id,customer_id,ordered_at,order_kind,order_status,cancelled_at,order_amount,currency
NEW1,C0000001,2026-07-03 09:10:00,sale,completed,,20.00,EUR
NEW2,C0000001,2026-07-03 09:50:00,sale,completed,,7.50,EUR
NEW3,SOMEBODY,2026-07-03 11:00:00,sale,completed,,30.00,EUR
NEW4,SOMEBODY,2026-07-03 12:00:00,sale,cancelled,2026-07-03 12:30:00,99.00,EUR
O00000001,C0000001,2024-01-01 08:16:18,sale,completed,,208.90,EUR
NEW6,SOMEBODY,no day,sale,completed,,1.00,EUR
""",
    "order_items_new.csv": """\
order_item_id,order_id,line_number,product_code,product_description,quantity,unit_price_amount,line_amount
I1,NEW1,1,COF-01,"House blend, 250 g",2,10.00,20.00
I2,NEW2,1,COF-01,"House blend, 250 g",1,7.50,7.50
I3,NEW3,1,UNHEARD-OF,A new thing,3,10.00,30.00
I4,NEW4,1,COF-01,"House blend, 250 g",1,99.00,99.00
""",
}


def with_arrivals(made: Settings, home: Path) -> Settings:
    """A copy of a home whose watched folder holds new orders."""
    compiled_models(made, "sample_shop")  # once for all tests, and here: forks of this process cannot ask its dbt
    settings = copied_home(made, home).model_copy(update={"watched_source": "sample_shop"})
    folder = settings.watched_folder_of("sample_shop")
    folder.mkdir(parents=True)
    for name, content in ARRIVED.items():
        (folder / name).write_text(content)
    return settings


def since(settings: Settings, query: str) -> list[tuple]:
    with open_since(settings) as connection:
        assert connection
        return connection.execute(query).fetchall()


def test_what_arrives_is_shown_beside_the_version_that_lacks_it(shop, tmp_path: Path) -> None:
    made, *_ = shop
    settings = with_arrivals(made, tmp_path / "home")
    with open_build_file(settings, "sample_shop"):  # as during a run: nothing waits for it
        absorbed = answer_of_fork(_absorbed, settings)
    assert absorbed["calls_for_a_run"]
    assert since(
        settings,
        "select order_count, customer_count, new_customer_count, net_amount::double, changed_order_count, rows_read, "
        "rows_quarantined, file_count from since.summary",
    ) == [(3, 2, 1, 57.5, 1, 10, 1, 2)]
    assert since(settings, "select hour::varchar, order_count, net_amount::double from since.orders_by_hour") == [
        ("2026-07-03 09:00:00", 2, 27.5),
        ("2026-07-03 11:00:00", 1, 30.0),
        ("2026-07-03 12:00:00", 0, 0.0),
    ]
    assert pages_alone.headings(settings, "overview")[1:3] == ["Since then", "What was sold since then?"]
    again = answer_of_fork(_absorbed, settings)  # nothing new: nothing is counted twice
    assert again["lines"] == absorbed["lines"][2:]
    assert again["calls_for_a_run"]


def _absorbed(settings: Settings) -> dict:
    absorbed = stages.absorb(settings, "sample_shop")
    return {"calls_for_a_run": absorbed.calls_for_a_run, "lines": list(absorbed.lines())}


@pytest.mark.campaign
def test_what_was_shown_is_what_the_next_run_takes_in_and_then_it_is_gone(shop, tmp_path: Path) -> None:
    made, _, plan, _ = shop
    settings = with_arrivals(made, tmp_path / "home")
    stages.absorb(settings, "sample_shop")
    [shown] = since(settings, "select order_count, net_amount from since.summary")
    _, plan = stages.ingest_checked(settings, "sample_shop", as_of_date=date(2026, 7, 4))
    stages.build_checked(settings, plan)
    [taken] = pipeline.in_build_file(
        settings,
        "sample_shop",
        "select count(*) filter (where is_purchase), sum(net_amount) from marts.fct_orders where order_id like 'NEW%'",
    )
    assert taken == shown
    stages.score_and_publish(settings, plan)
    absorbed = stages.absorb(settings, "sample_shop")
    assert not absorbed.calls_for_a_run
    assert since(settings, "select order_count, file_count from since.summary") == [(0, 0)]


@pytest.mark.campaign
def test_a_slice_of_online_retail(tmp_path: Path, real_data: Path) -> None:
    settings = Settings(home=tmp_path / "home", memory_limit="1GB")
    slice_file = tmp_path / "slice.parquet"
    duckdb.sql(
        f"""select * from '{real_data / "online_retail_ii.parquet"}' where hash("Customer ID") % 10 = 0"""
    ).write_parquet(str(slice_file))
    _, plan, outcomes = pipeline.run_all(settings, "online_retail_ii", slice_file, date(2011, 9, 1))
    [(customers, latest)] = pipeline.published(
        settings, "select count(*), max(last_order_date)::varchar from marts.customer_360"
    )
    assert customers > 500
    assert latest < "2011-12-10"
    assert plan.as_of_date == date(2011, 9, 1)
    assert outcomes["churn"] is not None


def test_every_page_of_the_dashboard_opens_in_a_browser(shop, tmp_path: Path) -> None:
    """Each page once: with hostile texts, while another version is published, after it, and after going back.

    On a laptop, in Chinese, and on a phone in the dark; then without a row.
    """
    made, _, plan, _ = shop
    settings = copied_home(made, tmp_path / "home")
    made_versions.make_live(settings, made_versions.hostile)
    with (
        browser.browser() as started,
        browser.dashboard_of(settings) as address,
        browser.visit(started, address) as visited,
    ):
        visited.listen()
        visited.find("EUR")  # on the overview, to which the link leads that signs in
        visited.open(*menu.PAGES[1:4])
        visited.find(made_versions.HOSTILE[:8])
        pages_in_a_browser.switch_language(visited, menu.PAGES[3], "zh")
        with ThreadPoolExecutor(1) as beside:
            publication = beside.submit(publish, settings, plan.source, plan.as_of_date, plan.pipeline_run_id)
            visited.open("retention")
            visited.turn_to("retention.in_money", "retention.cohorts_money.title")
            visited.open(*menu.PAGES[5:7])
            publication.result()
        visited.open("campaigns")
        assert visited.count(made_versions.HOSTILE[:8]) == 0
        pages_in_a_browser.switch_language(visited, "campaigns", "en")
        roll_back(settings, None, decided_by="a test", reason="the former one was good")
        visited.open("products")
        visited.find(made_versions.HOSTILE[:8])
        visited.open(*menu.PAGES[9:11])
        pages_in_a_browser.take_a_phone_in_the_dark(visited)
        visited.open(*menu.PAGES[11:])
        made_versions.make_live(settings, made_versions.emptied)
        visited.open(menu.PAGES[0])
        visited.find(Texts("en")("overview.nothing"))
        pages_in_a_browser.assert_quiet(visited)
    pages_alone.what_they_say(made, menu.PAGES, "zh")  # here, pictures are held to their schema
    emptied = pages_alone.what_they_say(settings, menu.PAGES)
    assert [name for name, told in emptied.items() if not told] == []
