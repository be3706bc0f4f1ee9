"""Rules on columns measured in one scan find what Great Expectations finds with its own queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pytest
from sqlalchemy import Engine, event

from expectations.gx import one_scan
from expectations.gx.context import open_context
from expectations.suites.rules import bounded, in_set, no_rows, not_null
from warehouse.base.settings import Settings

_ROWS = """
    create schema shop;
    create table shop.sales as select * from (values
        ('a', 'sale', 1.0, date '2024-01-01'), ('b', 'gift', 2.0, null), (null, null, null, null),
        ('d', 'gift', -3.5, date '2024-01-04'), ('e', 'it''s', 'nan'::double, date '2024-01-05'),
        ('f', 'sale', 99, null)
    ) as sales(sale_id, kind, amount, sold_on)
"""
_OF_GX = {
    one_scan.ExpectColumnValuesToBeThere: "ExpectColumnValuesToNotBeNull",
    one_scan.ExpectColumnValuesToBeKnown: "ExpectColumnValuesToBeInSet",
    one_scan.ExpectColumnValuesToBeInBounds: "ExpectColumnValuesToBeBetween",
}


@pytest.fixture
def found(settings: Settings) -> Iterator[Callable]:
    """What a set of rules says of the sales: the result of each, and the queries that were asked."""
    import great_expectations as gx

    from expectations.gx.duckdb_engine import LentConnection  # its module makes add_duckdb known to GX

    connection = duckdb.connect()
    connection.execute(_ROWS)
    queries: list[str] = []

    def noted(_connection, _cursor, statement, *_):
        queries.append(statement)

    def ask(rules, *statements):
        for statement in statements:
            connection.execute(statement)
        context = open_context(settings)
        options = {"creator": lambda: LentConnection(connection)}
        source = context.data_sources.add_duckdb(name="shop", connection_string="duckdb://", kwargs=options)
        batch = source.add_table("shop.sales").add_batch_definition_whole_table("whole table").get_batch()
        queries.clear()
        result = batch.validate(gx.ExpectationSuite(name="sales", expectations=rules), result_format="SUMMARY")
        source.close()
        return result.results, [query for query in queries if "sales" in query]

    event.listen(Engine, "before_cursor_execute", noted)
    yield ask
    event.remove(Engine, "before_cursor_execute", noted)


def _rules():
    return [
        *(not_null(column, "There.", "Look.") for column in ("sale_id", "kind", "amount", "sold_on")),
        in_set("kind", ["sale", "gift"], "Known.", "Look."),
        in_set("sale_id", ["a", "b", "d", "e", "f"], "Known.", "Look."),
        *bounded("amount", 0, None, "Look."),
        *bounded("amount", -5, 50, "Look."),
    ]


@pytest.mark.parametrize(
    "statements", [(), ("delete from shop.sales",), ("delete from shop.sales where kind = 'gift'",)]
)
def test_it_is_what_gx_finds_itself(found, statements):
    import great_expectations.expectations as gxe

    rules = _rules()
    theirs = [getattr(gxe, _OF_GX[type(rule)])(**rule.dict(exclude_defaults=True, exclude={"id"})) for rule in rules]
    ours, of_gx = found(rules, *statements)[0], found(theirs)[0]
    left_out = ("partial_unexpected_index_list", "unexpected_index_query")  # the rows are looked up by their keys
    for our, their in zip(ours, of_gx, strict=True):
        assert our.success == their.success
        kept = {name: value for name, value in their.result.items() if name not in left_out}
        kept["unexpected_count"] = kept["unexpected_count"] or 0  # it says None of an empty table
        assert str(sorted(our.result.items())) == str(sorted(kept.items()))  # as text: NaN is not equal to itself


def test_a_table_is_read_once_and_once_more_for_each_rule_that_does_not_hold(found):
    results, queries = found(_rules())
    assert [result.success for result in results].count(False) == 7
    assert len([query for query in queries if "count(" in query]) == 1
    assert len(queries) == 1 + 7


@pytest.mark.parametrize(
    "statement", ["alter table shop.sales drop kind", "alter table shop.sales alter kind type int using 7"]
)
def test_a_column_that_cannot_be_asked_leaves_the_others_judged(found, statement):
    results, _ = found(_rules(), statement)
    not_asked = [result for result in results if not result.result and not result.success]
    assert {result.expectation_config.kwargs["column"] for result in not_asked} == {"kind"}
    assert all("kind" in str(one.exception_info) or "sale" in str(one.exception_info) for one in not_asked)
    judged = {
        result.expectation_config.meta["rule"]: result.result["unexpected_count"] for result in results if result.result
    }
    assert judged["amount_is_at_least_0"] == 1
    assert judged["sold_on_is_not_null"] == 3


def test_rules_see_what_was_prepared_on_the_connection_and_leave_it_open_and_free(found):
    rule = no_rows("none", "select sale_id from of_gate", "None.", "Look.")
    [result], _ = found([rule], "create temp table of_gate as select 'x' as sale_id")
    assert result.result["rows"] == [{"sale_id": "x"}]
    [broken], _ = found([rule.copy(update={"unexpected_rows_query": "select no_column from of_gate"})])
    assert not broken.success
    [result], _ = found([rule], "begin", "delete from of_gate", "commit")  # its owner's: GX has begun nothing
    assert result.success
