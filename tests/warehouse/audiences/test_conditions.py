"""A condition reads customer_360 and nothing else, whatever stands in it; one that fails stops its audience only.

All are selected in one run, as the audiences of a folder are.
"""

from __future__ import annotations

import pytest
import yaml

from tests.warehouse.audiences.audience_shop import DAY, Shop, made_shop
from warehouse.audiences import sandbox
from warehouse.audiences.selection import Selection
from warehouse.base.settings import Settings

FIELDS = {"description": "A test.", "owner": "tests", "channel": "email", "hold_out_share": "0.2"}
NO_CONDITIONS = [
    ("1=1; drop table customer_360", "It cannot be read as SQL"),
    ("1=1); drop table marts.customer_360; select (1", "Only SELECT statements"),
    ("1=1); select (1=1", "more than one statement"),
    ("true) union all select customer_id from customer_360 where (true", "more than a condition"),
    ("true) group by customer_id having (true", "more than a condition"),
    ("true) and exists (from read_csv('/etc/passwd')) and (true", "disabled by configuration"),
    ("exists (from read_csv('/etc/passwd'))", "disabled by configuration"),
    ("exists (from read_text('/etc/passwd'))", "disabled by configuration"),
    ("exists (from read_parquet('*.parquet'))", "disabled by configuration"),
    ("exists (from glob('/*'))", "disabled by configuration"),
    ("exists (from '/etc/passwd')", "docs/data-dictionary.md"),
    ("attach 'other.duckdb'", "Type with name attach does not exist."),
    ("1=1); attach 'other.duckdb'; select (1", "Only SELECT statements"),
    ("1=1); copy customer_360 to 'stolen.csv'; select (1", "Only SELECT statements"),
    ("1=1); set enable_external_access = true; select (1", "Only SELECT statements"),
    ("customer_id in (select customer_id from pii.customer_contacts)", "customer_contacts"),
    ("customer_id in (select customer_id from build_file.pii.customer_contacts)", "docs/data-dictionary.md"),
    ("customer_id in (select customer_id from matched_now)", "matched_now"),
    ("order_cuont > 3", "customer_360 has no column order_cuont. Is order_count meant?"),
    ("order_count", "gives INTEGER, not true or false"),
    ("'yes'", "gives VARCHAR, not true or false"),
    ("country::integer > 3", "fails on a value of some customer (ConversionException)"),
    ("random() < 0.5", "random says something else on every run"),
    ("as_of_date < current_date", "current_date says something else on every run. Use as_of_date"),
    ("now() > as_of_date", "now says something else"),
    ("columns('order.*') > 3", "COLUMNS(…)"),
    ("sum(order_count) > 3", "WHERE clause cannot contain aggregates"),
    ("order_count > ?", "placeholder"),
    ("no_such_function(order_count)", "no_such_function"),
]
NO_ORDERS = [
    ("net_amount desc limit 5", "more than an order"),
    ("net_amount; drop table customer_360", "cannot be read as SQL"),
    ("net_amuont", "Is net_amount meant?"),
    ("random()", "random says something else"),
    ("(select count(*) from read_csv('/etc/passwd'))", "disabled by configuration"),
]
CONDITIONS = [
    "order_count > 3 -- the end of the line",
    "order_count > 3 /* why */ or false",
    "order_count between 4 and 100000 and as_of_date - interval 3 day < as_of_date",
    "net_amount > (select quantile_cont(net_amount, 0.03) from customer_360)",
    "ORDER_COUNT > 3 and customer_360.order_count > 3",
    "'c3; drop table x' <> customer_id and order_count > 3",
]


def declare(shop: Shop, **audiences: dict[str, str]) -> None:
    content = {name: {**FIELDS, **fields} for name, fields in audiences.items()}
    content["unharmed"] = {**FIELDS, "condition": "order_count <= 10"}
    (shop.declarations / "test.yml").write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Selection, list[str]]:
    """All of them selected at once, in a folder of its own, and what is in that folder afterwards."""
    folder = tmp_path_factory.mktemp("conditions")
    shop = made_shop(
        Settings(home=folder / "home", audiences_folder=folder / "declared", memory_limit="500MB", threads=1)
    )
    here = folder / "here"
    here.mkdir()
    no_conditions = {f"no_condition_{n}": {"condition": text} for n, (text, _) in enumerate(NO_CONDITIONS)}
    no_orders = {f"no_order_{n}": {"condition": "true", "order_by": text} for n, (text, _) in enumerate(NO_ORDERS)}
    conditions = {f"condition_{n}": {"condition": text} for n, text in enumerate(CONDITIONS)}
    declare(shop, **no_conditions, **no_orders, **conditions)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        selection = shop.select()
    return shop, selection, [path.name for path in here.iterdir()]


@pytest.mark.parametrize("number", range(len(NO_CONDITIONS)), ids=[text for text, _ in NO_CONDITIONS])
def test_what_is_no_condition_over_the_profile_stops_its_audience_only(tried, number: int) -> None:
    shop, selection, _ = tried
    name, words = f"no_condition_{number}", NO_CONDITIONS[number][1]
    [problem] = [problem for problem in selection.problems if problem.name == name]
    assert problem.file == "test.yml"
    assert words in problem.words
    assert "=1+" not in problem.words  # what stands in a customer's row
    assert name not in selection.counts
    found = "select status, reason, matched_count from marts.audience_overview where audience_name = ?"
    assert shop.run(found, [name]) == [("failed", problem.in_words(), None)]


@pytest.mark.parametrize("number", range(len(NO_ORDERS)), ids=[text for text, _ in NO_ORDERS])
def test_an_order_is_an_order(tried, number: int) -> None:
    [problem] = [problem for problem in tried[1].problems if problem.name == f"no_order_{number}"]
    assert NO_ORDERS[number][1] in problem.words


@pytest.mark.parametrize("number", range(len(CONDITIONS)), ids=CONDITIONS)
def test_what_is_a_condition_may_be_written_freely(tried, number: int) -> None:
    assert tried[1].counts[f"condition_{number}"]["matched_count"] == 97


def test_the_others_are_selected_and_nothing_is_left_behind(tried) -> None:
    shop, selection, left_behind = tried
    assert len(selection.problems) == len(NO_CONDITIONS) + len(NO_ORDERS)
    assert len(shop.members("unharmed")) == 8
    assert left_behind == []


def test_a_condition_that_takes_for_ever_is_stopped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LONGEST_SECONDS", 0.3)
    declare(
        shop, tried={"condition": "(select sum(sqrt(a.range * b.range)) from range(10000000) a, range(1000000) b) > 1"}
    )
    [problem] = shop.select().problems
    assert "was not done after 0.3 s" in problem.words
    assert len(shop.members("unharmed")) == 8


def test_a_column_of_the_export_that_is_none_is_told_at_selection(shop: Shop) -> None:
    shop.declare("tried: condition: true, columns: [cuontry]")
    [problem] = shop.select().problems
    assert "no column cuontry. Is country meant?" in problem.words


def test_members_of_an_earlier_run_of_the_date_stay_where_the_condition_fails_now(shop: Shop) -> None:
    declare(shop, tried={"condition": "order_count <= 20"})
    shop.select()
    before = shop.members("tried")
    declare(shop, tried={"condition": "order_cuont <= 20"})
    shop.select()
    assert len(before) == 16
    assert shop.members("tried", DAY) == before
