"""The lists of a small shop: what they find, whom and what they leave out, and that nothing later is read."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.jobs.batch import Results
from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.job import RecommendationsJob
from ml.jobs.recommendations.purchases import read_purchases
from ml.jobs.recommendations.subjects import read_subjects
from tests.ml.recommendations.small_shop import AS_OF, connect, lines

KEY = ["customer_id", "list_name", "recommendation_rank"]


def settings() -> RecommendationsConfiguration:
    usual = load_configuration(RecommendationsConfiguration, "recommendations")
    few = usual.factors.model_copy(update={"factor_count": 8, "iteration_count": 5})
    return usual.model_copy(update={"factors": few, "minimum_customer_count": 20, "origin_count": 1})


def recommend(connection: duckdb.DuckDBPyConnection, as_of_date: date = AS_OF) -> Results:
    return RecommendationsJob(60, settings()).results(connection, as_of_date)


def lists(results: Results) -> pd.DataFrame:
    scored = results.rows[results.rows["status"] == "scored"]
    return scored.sort_values(KEY, ignore_index=True)


@pytest.fixture(scope="module")
def found() -> Results:
    return recommend(connect(lines(), unsold=("tea-novelty",)))


@pytest.fixture(scope="module")
def bought() -> dict[str, set[str]]:
    return lines().groupby("customer_id")["product_code"].agg(set).to_dict()


def test_habits_beat_the_bestsellers(found: Results) -> None:
    assert {choice.about: choice.serving for choice in found.choices}["all products"] in {"blend", "buys_again"}
    assert found.figures["gain_over_popularity"] > 1.5
    everything = found.choices[0]
    assert (
        everything.contender("buys_again").figures["ndcg_at_10"]
        > everything.contender("popularity").figures["ndcg_at_10"]
    )


def test_of_many_customers_a_sample_is_measured(found: Results) -> None:
    few = settings().model_copy(update={"maximum_judged_customer_count": 40})
    sampled, again = (RecommendationsJob(60, few).results(connect(lines()), AS_OF) for _ in range(2))
    [counted] = sampled.documents["origins.json"].values()
    [everybody] = found.documents["origins.json"].values()
    assert counted["all_products"]["blend"]["customer_count"] == 40
    assert everybody["all_products"]["blend"]["customer_count"] > 100
    assert sampled.figures == again.figures
    assert set(sampled.rows["customer_id"]) == set(found.rows["customer_id"])  # all have lists


def test_lists_are_full_and_ordered(found: Results) -> None:
    rows = lists(found)
    assert not rows.duplicated(["customer_id", "list_name", "product_code"]).any()
    for _, own in rows[rows["list_name"] == "all_products"].groupby("customer_id"):
        assert own["recommendation_rank"].tolist() == list(range(1, 11))
        assert own["score"].is_monotonic_decreasing


def test_new_products_are_new_to_the_customer(found: Results, bought: dict[str, set[str]]) -> None:
    rows = lists(found)
    new = rows[rows["list_name"] == "new_products"]
    assert len(new)
    for row in new.itertuples():
        assert row.product_code not in bought.get(row.customer_id, set())


def test_without_consent_there_is_a_reason_and_no_list(found: Results) -> None:
    without = found.rows[found.rows["status"] != "scored"]
    assert without.groupby("customer_id")["list_name"].agg(sorted).to_dict() == {
        "C000": ["all_products", "new_products"],
        "C001": ["all_products", "new_products"],
    }
    assert set(without["product_code"]) == {"(none)"}
    assert without["reason"].str.contains("agreed|unsubscribed").all()


def test_where_no_consent_is_known_lists_say_so() -> None:
    connection = connect(lines())
    connection.execute("update marts.dim_customers set consent_status = 'unknown', may_be_contacted = false")
    rows = lists(recommend(connection))
    assert rows["customer_id"].nunique() == 161
    assert not rows["may_be_contacted"].any()


def test_who_has_bought_nothing_gets_what_is_popular(found: Results) -> None:
    cold = lists(found).query("customer_id == 'N00' and list_name == 'all_products'")
    assert set(cold["computed_by"]) == {"country_popularity"}
    assert set(cold["reason_code"]) == {"popular"}
    assert len(cold) == 10


def test_an_unsold_product_is_offered_to_whom_it_is_alike(found: Results) -> None:
    rows = lists(found).query("reason_code == 'new_in_shop'")
    assert set(rows["product_code"]) == {"tea-novelty"}
    assert set(rows["list_name"]) == {"new_products"}
    assert rows["because_product_code"].str.startswith("tea").all()
    assert "N00" not in set(rows["customer_id"])


def test_reasons_name_what_the_customer_has_bought(found: Results, bought: dict[str, set[str]]) -> None:
    named = lists(found).dropna(subset=["because_product_code"])
    assert {"buys_again", "bought_with"} <= set(named["reason_code"])
    for row in named.itertuples():
        assert row.because_product_code in bought[row.customer_id]
        assert (row.because_product_code == row.product_code) == (row.reason_code == "buys_again")


def test_the_interval_in_words_is_that_of_the_purchases(found: Results) -> None:
    rows = lists(found).query("reason_code == 'buys_again' and reason_words.str.contains('every')")
    row = next(rows.itertuples())
    frame = lines().drop_duplicates().query("customer_id == @row.customer_id and product_code == @row.product_code")
    days = sorted(frame["order_date"])
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    words = f"You buy it about every {round(sum(gaps) / len(gaps))} days; last {(AS_OF - days[-1]).days} days ago."
    assert row.reason_words == words


def test_a_durable_product_just_bought_waits(found: Results) -> None:
    rows = lists(found).query("product_code == 'kettle' and list_name == 'all_products'")
    last = lines().query("product_code == 'kettle'").set_index("customer_id")["order_date"]
    waiting = {customer for customer, day in last.items() if AS_OF - day < timedelta(days=90)}
    assert waiting
    assert waiting.isdisjoint(rows["customer_id"])


def test_what_has_not_been_sold_lately_is_not_offered() -> None:
    frame = lines()
    old = (frame["product_code"] == "tea-1") & (frame["order_date"] >= AS_OF - timedelta(days=91))
    assert "tea-1" not in set(lists(recommend(connect(frame[~old])))["product_code"])


def test_charges_cancelled_orders_and_lines_taken_back_do_not_count() -> None:
    connection = connect(lines())
    subjects = read_subjects(connection, AS_OF)
    day = (AS_OF - date(1970, 1, 1)).days
    before = read_purchases(connection, subjects, AS_OF).before(day).counts.sum()
    first = connection.execute(
        "select movement_id, order_id, occurred_at from intermediate.int_movements limit 1"
    ).fetchone()
    assert first is not None
    connection.execute(
        "insert into intermediate.int_takebacks values ('line_reversal', ?, ?::timestamp + interval 5 day, null)",
        [first[0], first[2]],
    )
    connection.execute(
        "insert into intermediate.int_movements select * replace ('shipping' as line_kind, 'X' as movement_id) "
        "from intermediate.int_movements limit 1"
    )
    assert read_purchases(connection, subjects, AS_OF).before(day).counts.sum() == before - 1
    sold = (first[2].date() - date(1970, 1, 1)).days
    purchases = read_purchases(connection, subjects, AS_OF)
    assert purchases.before(sold + 5).counts.sum() > purchases.before(sold + 6).counts.sum()  # known from the day after


def test_nothing_later_is_read_and_order_does_not_matter(found: Results) -> None:
    later = lines(8)
    later["order_date"] = later["order_date"] + timedelta(days=366)
    shuffled = pd.concat([lines(), later]).sample(frac=1, random_state=1)
    connection = connect(shuffled, unsold=("tea-novelty",))
    connection.execute(
        "update marts.dim_customers set first_order_date = date '2024-01-05' where customer_id like 'C%'"
    )
    pd.testing.assert_frame_equal(lists(recommend(connection)), lists(found))


def test_short_histories_are_refused_with_the_day_from_which_it_works() -> None:
    with pytest.raises(Refused, match="It will work as of 2024-08-03"):
        recommend(connect(lines()), date(2024, 5, 1))
