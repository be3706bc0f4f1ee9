"""How much is found, and how much of it is true: on people with known duplicates, and where there is nothing to find.

The thresholds of identity.yml were set before these figures were seen. Measured: docs/identity.md.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from accuracy import PairwiseAccuracy, pairwise_accuracy
from people import customers

from warehouse.base.settings import Settings
from warehouse.identity.links import Decision
from warehouse.identity.report import Resolved
from warehouse.identity.resolve import resolve
from warehouse.identity.rules import load_rules
from warehouse.sources.sample_shop.population import draw_population
from warehouse.sources.sample_shop.profiles import build_customers, customer_ids, draw_first_consent
from warehouse.sources.sample_shop.season import Season
from warehouse.sources.sample_shop.settings import SampleShop

_FEBRL = """
select
    trim(rec_id) as customer_id, nullif(trim(given_name), '') as first_name, nullif(trim(surname), '') as last_name,
    cast(null as varchar) as email, {phone} as phone,
    nullif(trim(concat_ws(' ', trim(street_number), trim(address_1))), '') as street_address,
    nullif(trim(postcode), '') as postcode, nullif(trim(suburb), '') as city,
    cast(try_strptime(trim(date_of_birth), '%Y%m%d') as date) as birth_date, cast(null as varchar) as first_seen_at
from read_csv('{file}', all_varchar = true, normalize_names = true)
"""


def found(rows: pa.Table) -> Resolved:
    return resolve(rows, {}, (), load_rules(), Settings())


def febrl(real_data: Path, phone: str = "cast(null as varchar)") -> tuple[Resolved, PairwiseAccuracy]:
    """The 500 people with one duplicate each, in the contract's columns."""
    file = real_data / "febrl_duplicates.csv"
    if not file.exists():
        pytest.skip(f"no real data: {file.name} is absent")
    rows = duckdb.sql(_FEBRL.format(file=file, phone=phone)).to_arrow_table()
    ids = rows["customer_id"].to_pylist()
    resolved = found(rows)
    return resolved, pairwise_accuracy(resolved.clusters, {one: one.split("-")[1] for one in ids}, ids)


def test_febrl_without_the_social_security_number(real_data):
    resolved, accuracy = febrl(real_data)
    assert accuracy.true_pair_count == 500
    assert accuracy.precision >= 0.995
    assert accuracy.recall >= 0.80
    review = [link for link in resolved.links if link.decision is Decision.REVIEW]
    true = sum(link.left_id.split("-")[1] == link.right_id.split("-")[1] for link in review)
    assert true / len(review) > 0.9
    assert (accuracy.correct_pair_count + true) / accuracy.true_pair_count >= 0.95


def test_febrl_with_the_social_security_number_as_a_further_key(real_data):
    """It takes the place of the telephone number: unique and mostly right."""
    _, accuracy = febrl(real_data, "trim(soc_sec_id)")
    assert accuracy.precision >= 0.995
    assert accuracy.recall >= 0.87


@pytest.fixture(scope="module")
def shop() -> tuple[pa.Table, dict[str, str]]:
    """The customer file of a sample shop where one account in twenty is a second one, and whose each account is."""
    settings = SampleShop(customer_count=3000, second_account_share=0.05)
    population = draw_population(settings, Season(settings.first_date, settings.last_date))
    rows = build_customers(settings, population, draw_first_consent(settings, population))
    rows = rows.append_column("first_seen_at", rows["registered_at"].cast(pa.string()))
    whose = customer_ids(population.person).to_pylist()
    return rows, dict(zip(customer_ids(range(population.count)).to_pylist(), whose, strict=True))


def test_second_accounts_of_the_sample_shop(shop):
    rows, person_of = shop
    resolved = found(rows)
    accuracy = pairwise_accuracy(resolved.clusters, person_of, rows["customer_id"].to_pylist())
    assert accuracy.true_pair_count > 100
    assert accuracy.precision >= 0.99
    assert accuracy.recall >= 0.8
    seen = dict(zip(rows["customer_id"].to_pylist(), rows["first_seen_at"].to_pylist(), strict=True))
    assert all(seen[survivor] <= seen[one] for one, survivor in resolved.survivor_of.items())


def test_the_same_rows_in_another_order_give_the_same_result(shop):
    rows, _ = shop
    few = rows.slice(0, 500)
    backwards = few.take(pa.array(range(len(few) - 1, -1, -1)))
    assert found(few) == found(backwards)


def test_nobody_is_merged_where_nobody_stands_twice(shop):
    rows, person_of = shop
    firsts = pa.array([person_of[one] == one for one in rows["customer_id"].to_pylist()])
    assert found(rows.filter(firsts)).clusters == []


def test_twins_in_one_household_stay_two_and_two_alike_rows_are_one():
    twin = {"last_name": "Null", "street_address": "Mill Lane 3", "postcode": "12345", "city": "York"}
    twin |= {"birth_date": date(1990, 5, 17), "phone": "0555 1234567"}
    rows = customers(
        {"customer_id": "1", "first_name": "Ada", "email": "ada@example.com", **twin},
        {"customer_id": "2", "first_name": "Bo", "email": "bo@example.com", **twin},
        {"customer_id": "3", "first_name": "Ada", **twin},
    )
    assert found(rows).clusters == [["1", "3"]]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_little_is_an_answer(count):
    assert found(customers(*({"customer_id": str(number), "city": "York"} for number in range(count)))).links == []
