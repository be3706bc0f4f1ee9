"""The draw: its share, its independence, and that nothing moves it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from scipy import stats

from tests.warehouse.audiences.audience_shop import DAY, Shop, made_shop
from warehouse.audiences.hold_out import draw, hold_out_salt, salt_file
from warehouse.base.connections import open_build_file
from warehouse.base.errors import AudienceError
from warehouse.base.settings import Settings

SALT = "0123456789abcdef" * 4
MANY = [f"customer-{number}" for number in range(20_000)]


def test_draws_are_uniform() -> None:
    """Known salt, so the test is the same each time; a fair draw fails it once in a thousand salts."""
    draws = [draw(SALT, "win_back", customer) for customer in MANY]
    assert stats.kstest(draws, "uniform").pvalue > 0.001
    held_out = sum(one < 0.2 for one in draws)
    assert stats.chisquare([held_out, len(MANY) - held_out], [4_000, 16_000]).pvalue > 0.001


def test_draws_of_two_audiences_and_of_two_salts_are_independent() -> None:
    first = [draw(SALT, "win_back", customer) < 0.3 for customer in MANY]
    for salt, audience in ((SALT, "win_back_2"), (SALT, "newsletter"), (SALT[::-1], "win_back")):
        second = [draw(salt, audience, customer) < 0.3 for customer in MANY]
        table = [[sum(a == x and b == y for a, b in zip(first, second, strict=True)) for y in (0, 1)] for x in (0, 1)]
        assert stats.chi2_contingency(table).pvalue > 0.001


def test_share_is_exact_in_expectation_over_many_salts() -> None:
    shares = [sum(draw(f"salt {n}", "a", customer) < 0.1 for customer in MANY[:500]) / 500 for n in range(60)]
    assert stats.ttest_1samp(shares, 0.1).pvalue > 0.001


def test_a_greater_share_keeps_who_was_held_out(shop: Shop) -> None:
    shop.declare("some: condition: true, hold_out_share: 0.2")
    shop.select()
    few = {customer for customer, held in shop.members("some").items() if held}
    shop.declare("some: condition: true, hold_out_share: 0.5")
    shop.select()
    many = {customer for customer, held in shop.members("some").items() if held}
    assert few < many


def test_who_is_held_out_stays_so_whatever_changes(shop: Shop) -> None:
    """From run to run, with another condition, other customers beside them, another order of rows and files."""
    shop.declare("some: condition: true")
    shop.select()
    first = shop.members("some")
    assert set(first.values()) == {True, False}
    shop.run("create table kept as select * from marts.customer_360 where order_count > 30 order by hash(customer_id)")
    shop.run("delete from marts.customer_360")
    shop.run("insert into marts.customer_360 select * from kept")
    shop.declare(
        "another: condition: true", "some: condition: order_count between 20 and 80, order_by: net_amount desc"
    )
    shop.select(DAY + timedelta(days=30))
    second = shop.members("some", DAY + timedelta(days=30))
    assert len(second) > 30
    assert second == {customer: first[customer] for customer in second}


def test_the_sql_draws_as_the_function_does(shop: Shop) -> None:
    shop.declare("some: condition: true, hold_out_share: 0.35")
    shop.select()
    salt = salt_file(shop.settings, shop.source).read_text().strip()
    assert shop.members("some") == {customer: draw(salt, "some", customer) < 0.35 for customer in shop.members("some")}


def test_two_sources_draw_apart(shop: Shop) -> None:
    other = made_shop(shop.settings, source="cdnow")
    shop.declare("some: condition: true")
    shop.select()
    other.select()
    assert set(shop.members("some")) == set(other.members("some"))
    assert shop.members("some") != other.members("some")


def test_either_copy_of_the_salt_may_be_lost_and_the_draws_stay(shop: Shop) -> None:
    shop.declare("some: condition: true")
    shop.select()
    before = shop.members("some")
    salt_file(shop.settings, shop.source).unlink()
    shop.select()
    assert shop.members("some") == before
    shop.settings.build_file(shop.source).unlink()  # made anew from what landed
    again = made_shop(shop.settings)
    again.select()
    assert again.members("some") == before


def test_two_salts_that_differ_are_refused(shop: Shop) -> None:
    shop.declare("some: condition: true")
    shop.select()
    salt_file(shop.settings, shop.source).unlink()
    salt_file(shop.settings, shop.source).write_text(f"{'0' * 64}\n")
    with pytest.raises(AudienceError, match="salt"):
        shop.select()


def test_after_a_merge_the_draw_of_the_id_that_stays_counts(shop: Shop) -> None:
    """c2 is found to be c1: c1 stays as it was, and what c2 was chosen for counts as contact of c1."""
    limit = "contact_limits: {this_audience: {touches: 1, days: 10}}"
    shop.declare("some: condition: order_count <> 1", f"limited: condition: order_count <> 1, {limit}")
    shop.select(DAY - timedelta(days=2))
    assert "c1" not in shop.members("limited", DAY - timedelta(days=2))
    shop.run("delete from marts.customer_360 where customer_id = 'c2'")
    shop.run("insert into pii.customer_identities (source_customer_id, customer_id) values ('c1', 'c1'), ('c2', 'c1')")
    shop.declare("some: condition: true", f"limited: condition: true, {limit}")
    shop.select()
    salt = salt_file(shop.settings, shop.source).read_text().strip()
    assert shop.members("some")["c1"] == (draw(salt, "some", "c1") < 0.2)
    assert shop.members("limited") == {}


def test_the_salt_is_in_no_published_schema(settings: Settings) -> None:
    with open_build_file(settings, "files") as connection:
        salt = hold_out_salt(settings, "files", connection)
        places = connection.execute("select schema_name from duckdb_tables()").fetchall()
    assert places == [("state",)]
    assert salt_file(settings, "files").stat().st_mode & 0o077 == 0
    assert len(salt) == 64
