"""A condition reads customer_360 and nothing else, whatever stands in it; one that fails stops its audience only."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.warehouse.audiences.audience_shop import DAY, Shop
from warehouse.audiences import sandbox

FIELDS = {"description": "A test.", "owner": "tests", "channel": "email", "hold_out_share": "0.2"}


def declare(shop: Shop, **fields: str) -> None:
    content = {"tried": {**FIELDS, **fields}, "unharmed": {**FIELDS, "condition": "order_count <= 10"}}
    (shop.declarations / "test.yml").write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
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
    ],
)
def test_what_is_no_condition_over_the_profile_stops_its_audience_only(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, condition: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    declare(shop, condition=condition)
    selection = shop.select()
    [problem] = selection.problems
    assert (problem.file, problem.name) == ("test.yml", "tried")
    assert words in problem.words
    assert "=1+" not in problem.words  # what stands in a customer's row
    assert selection.counts.keys() == {"unharmed"}
    assert len(shop.members("unharmed")) == 8
    [(status, reason, matched)] = shop.run(
        "select status, reason, matched_count from marts.audience_overview where audience_name = 'tried'"
    )
    assert (status, reason, matched) == ("failed", problem.in_words(), None)
    assert not list(tmp_path.glob("*.csv"))
    assert not list(tmp_path.glob("*.duckdb"))


@pytest.mark.parametrize(
    ("order_by", "words"),
    [
        ("net_amount desc limit 5", "more than an order"),
        ("net_amount; drop table customer_360", "cannot be read as SQL"),
        ("net_amuont", "Is net_amount meant?"),
        ("random()", "random says something else"),
        ("(select count(*) from read_csv('/etc/passwd'))", "disabled by configuration"),
    ],
)
def test_an_order_is_an_order(shop: Shop, order_by: str, words: str) -> None:
    declare(shop, condition="true", order_by=order_by)
    [problem] = shop.select().problems
    assert words in problem.words


@pytest.mark.parametrize(
    "condition",
    [
        "order_count > 3 -- the end of the line",
        "order_count > 3 /* why */ or false",
        "order_count between 4 and 100000 and as_of_date - interval 3 day < as_of_date",
        "net_amount > (select quantile_cont(net_amount, 0.03) from customer_360)",
        "ORDER_COUNT > 3 and customer_360.order_count > 3",
        "'c3; drop table x' <> customer_id and order_count > 3",
    ],
)
def test_what_is_a_condition_may_be_written_freely(shop: Shop, condition: str) -> None:
    declare(shop, condition=condition)
    selection = shop.select()
    assert selection.problems == ()
    assert selection.counts["tried"]["matched_count"] == 97


def test_a_condition_that_takes_for_ever_is_stopped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LONGEST_SECONDS", 0.3)
    declare(shop, condition="(select sum(sqrt(a.range * b.range)) from range(10000000) a, range(1000000) b) > 1")
    [problem] = shop.select().problems
    assert "was not done after 0.3 s" in problem.words
    assert len(shop.members("unharmed")) == 8


def test_a_column_of_the_export_that_is_none_is_told_at_selection(shop: Shop) -> None:
    declare(shop, condition="true", columns="[cuontry]")
    content = (shop.declarations / "test.yml").read_text().replace("'[cuontry]'", "[cuontry]")
    (shop.declarations / "test.yml").write_text(content)
    [problem] = shop.select().problems
    assert "no column cuontry. Is country meant?" in problem.words


def test_members_of_an_earlier_run_of_the_date_stay_where_the_condition_fails_now(shop: Shop) -> None:
    declare(shop, condition="order_count <= 20")
    shop.select()
    before = shop.members("tried")
    declare(shop, condition="order_cuont <= 20")
    shop.select()
    assert len(before) == 16
    assert shop.members("tried", DAY) == before
