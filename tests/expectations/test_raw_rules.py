"""What gate `raw` says of orders, lines and ids: the rows it names, and what it leaves alone."""

from __future__ import annotations

from datetime import datetime

import pytest

from expectations.gates import build_suites
from expectations.measures.measure import measure
from expectations.thresholds import load_thresholds
from tests.expectations.small_shop import AS_OF


@pytest.fixture
def found(connection, change, ask):
    """Rows that a rule of gate `raw` finds after changes to the shop."""

    def rows(table: str, rule: str, *statements: str) -> list[dict] | str:
        change(statements)
        measure(connection, "raw", AS_OF, load_thresholds(), datetime(2024, 9, 1))
        return ask("raw", table, rule)

    return rows


def _line(number: int, values: str) -> str:
    """A further line of o1, which has 2 × 5.00 and 3.00; the values of i1 are changed."""
    return (
        f"insert into raw.order_items by name select * replace ('x{number}' as order_item_id, {values}) "
        "from raw.order_items where order_item_id = 'i1'"
    )


def _stated(amount: float, order_id: str = "o1") -> str:
    return f"update raw.orders set order_amount = {amount} where order_id = '{order_id}'"


def _refused(record_key: str, order_id: str) -> str:
    return (
        "insert into quality.quarantined_rows by name select 'load' as load_id, 'lines.csv' as file_name, "
        "1 as row_number, 'order_items' as table_name, 'quantity: missing' as reason, '{}' as row_content, "
        f"timestamp '2024-09-01' as quarantined_at, {record_key} as record_key, '{order_id}' as order_id"
    )


class TestLinesAndStatedTotal:
    rule = ("raw.orders", "lines_and_stated_total_agree")

    def test_a_coupon_in_the_total_only(self, found):
        (row,) = found(*self.rule, _stated(11.5))
        assert row["order_id"] == "o1"
        assert [float(row[name]) for name in ("stated_amount", "lines_amount", "difference_amount")] == [11.5, 13, -1.5]

    @pytest.mark.parametrize("amount", [13, 13.01, 12.99])
    def test_a_cent_is_no_difference(self, found, amount):
        assert found(*self.rule, _stated(amount)) == []

    def test_an_unpriced_line(self, found):
        (row,) = found(*self.rule, _stated(20), _line(1, "null as unit_price_amount, 3 as line_number"))
        assert (float(row["difference_amount"]), row["unpriced_line_count"]) == (7, 1)

    def test_copies_without_number_count_once_unless_the_total_has_them_all(self, found):
        copies = [_line(number, "null as line_number") for number in (1, 2, 3)]
        assert found(*self.rule, _stated(13 + 30), *copies) == []
        assert found(*self.rule, _stated(13 + 10)) == []
        (row,) = found(*self.rule, _stated(13 + 20))
        assert (float(row["lines_amount"]), row["copied_line_count"]) == (23, 2)

    @pytest.mark.parametrize("stated", [5, -5])
    @pytest.mark.parametrize("values", ["line_amount = -5", "line_amount = 5", "quantity = 1, line_amount = null"])
    def test_returns_are_compared_without_sign(self, found, stated, values):
        line = f"update raw.order_items set {values} where order_id = 'o5'"
        assert found(*self.rule, _stated(stated, "o5"), line) == []
        (row,) = found(*self.rule, _stated(4, "o5"))
        assert float(row["difference_amount"]) == -1

    def test_a_line_in_quarantine(self, found):
        (row,) = found(*self.rule, _stated(20), _refused("'i99'", "o1"))
        assert (float(row["difference_amount"]), row["quarantined_line_count"]) == (7, 1)

    def test_totals_without_lines_and_orders_after_the_date_are_left_alone(self, found):
        assert found(*self.rule, _stated(99, "o7"), _stated(99, "o3")) == []

    def test_the_table_keeps_the_dates_measured_last(self, found, connection):
        change = "update quality.amount_differences set as_of_date = as_of_date - {0}, measured_at = '2024-08-01'"
        for day in range(1, 8):
            found(*self.rule, _stated(1), change.format(day))
        kept = "select count(*), count(distinct as_of_date), max(as_of_date) from quality.amount_differences"
        assert connection.execute(kept).fetchone() == (5, 5, AS_OF)


class TestOrdersWithoutAmount:
    _TOTALS = "update raw.orders set order_amount = null where order_id <> 'o1'"
    _LINES = "update raw.order_items set unit_price_amount = null, line_amount = null where order_id <> 'o1'"

    def test_they_are_named_with_their_share(self, found):
        assert found("raw.orders", "orders_without_any_amount") == []
        rows = found("raw.orders", "orders_without_any_amount", self._TOTALS, self._LINES)
        assert {row["order_id"] for row in rows} == {"o2", "o3", "o4", "o5", "o6", "o7"}
        assert {round(row["share_of_orders"], 3) for row in rows} == {0.857}

    def test_a_shop_that_knows_no_amount_at_all_is_told_so(self, found):
        rule = ("raw.orders", "some_order_has_an_amount")
        assert found(*rule, self._TOTALS, self._LINES) == []
        (row,) = found(*rule, "delete from raw.order_items")
        assert (row["order_count"], row["orders_with_amount"]) == (7, 0)


class TestLinesWithoutOrder:
    @pytest.mark.parametrize(
        ("written", "example"),
        [
            ("order_id = order_id || '.0'", "o1.0 is o1"),
            ("order_id = '00' || order_id", "00o1 is o1"),
            ("order_id = upper(order_id)", "O1 is o1"),
            ("order_id = 'lost ' || order_id", None),
        ],
    )
    def test_the_hint_says_how_they_would_meet(self, found, written, example):
        (row,) = found("raw.order_items", "most_lines_have_an_order", f"update raw.order_items set {written}")
        assert (row["line_count"], row["orphan_line_count"]) == (7, 7)
        assert (row["found_by_plain_id_count"], row["example_of_ids"]) == (7 if example else 0, example)

    def test_a_few_are_a_warning_only(self, found):
        lost = "update raw.order_items set order_id = 'lost' where order_item_id in ('i1', 'i2', 'i3')"
        assert len(found("raw.order_items", "lines_have_an_order", lost)) == 1
        assert found("raw.order_items", "most_lines_have_an_order") == []


class TestCurrencies:
    rule = ("raw.orders", "currencies_have_rates")

    def test_those_without_a_rate_are_named_with_their_share(self, found):
        assert found(*self.rule, "update raw.orders set currency = 'EUR' where order_id = 'o1'") == []  # 0.85
        (row,) = found(*self.rule, "update raw.orders set currency = 'yen' where order_id in ('o1', 'o4')")
        assert (row["currency"], row["order_count"], row["reporting_currency"]) == ("YEN", 2, "GBP")
        assert round(row["share_of_orders"], 3) == 0.286

    def test_a_rate_holds_from_its_day_on(self, found):
        rate = "update raw.exchange_rates set rate_date = '2024-06-11'"
        rows = found(*self.rule, rate, "update raw.orders set currency = 'EUR' where order_id in ('o4', 'o5')")
        assert [row["order_count"] for row in rows] == [1]

    def test_most_orders_without_a_rate_stop(self, found, connection):
        many = "update raw.orders set currency = 'YEN' where order_id < 'o5'"
        assert found("raw.orders", "most_currencies_have_rates", many) == []  # of which the yen is the most frequent
        (rule,) = [
            expectation.unexpected_rows_query
            for suite in build_suites("raw", AS_OF, "gbp")
            for expectation in suite.expectations
            if expectation.meta["rule"] == "most_currencies_have_rates"
        ]
        assert connection.execute(rule).fetchall()[0][:2] == ("YEN", 4)


class TestLinesInQuarantine:
    rule = ("raw.order_items", "no_order_lacks_a_line")

    @pytest.mark.parametrize("record_key", ["'i99'", "null"])
    def test_their_orders_are_named(self, found, record_key):
        (row,) = found(*self.rule, _refused(record_key, "o1"))
        assert (row["order_id"], row["reason"]) == ("o1", "quantity: missing")

    def test_lines_that_came_in_mended_and_unknown_orders_are_left_alone(self, found):
        assert found(*self.rule, _refused("'i1'", "o1"), _refused("'i99'", "o99")) == []


class TestIds:
    @pytest.mark.parametrize(("other", "alike"), [("C1", "c1, C1"), ("c1.0", "c1.0, c1"), ("00c1", "c1, 00c1")])
    def test_ids_alike_are_named_together(self, found, other, alike):
        rule = ("raw.orders", "customer_ids_are_told_apart")
        assert found(*rule) == []
        rows = found(*rule, f"update raw.orders set customer_id = '{other}' where order_id = 'o4'")
        assert [row["ids_alike"] for row in rows] == [alike]

    def test_other_ids_and_codes(self, found):
        (row,) = found(
            "raw.orders",
            "order_ids_are_told_apart",
            "update raw.order_items set order_id = 'o1.0' where order_item_id = 'i1'",
        )
        assert row["ids_alike"] == "o1.0, o1"
        codes = ("raw.products", "product_codes_are_told_apart")
        assert found(*codes) == []  # ' post' and POST are one
        (row,) = found(*codes, "update raw.order_items set product_code = '0MUG' where order_item_id = 'i1'")
        assert row["ids_alike"] == "MUG, 0MUG"


class TestKeys:
    rule = ("raw.orders", "key_is_unique")
    again = "insert into raw.orders by name select * replace ({}) from raw.orders where order_id = 'o1'"

    @pytest.mark.parametrize(
        ("key", "values"), [("o1", "'other' as _row_hash"), (None, "unnest([null, null]) as order_id")]
    )
    def test_rows_that_one_file_brings_twice_are_named(self, found, key, values):
        (row,) = found(*self.rule, self.again.format(values))
        assert (row["order_id"], row["row_count"]) == (key, 2)

    def test_a_later_file_may_bring_a_row_again(self, found):
        assert found(*self.rule, self.again.format("2 as _arrival_number")) == []


class TestCorrections:
    def _file(self, values: str, number: int = 2, counts: str = "0 as rows_gone") -> tuple[str, str]:
        """A further file of all orders with other values, and what the loader counted of it."""
        return (
            f"insert into raw.orders by name select * replace ({values}, 'file {number}' as _load_id, "
            f"{number} as _arrival_number, 'later' as _row_hash, timestamp '2024-09-0{number}' as _loaded_at) "
            "from raw.orders where _arrival_number = 1",
            f"insert into quality.file_loads by name select * replace ('file {number}' as load_id, {counts}, "
            f"timestamp '2024-09-0{number}' as loaded_at) from quality.file_loads where load_id = 'load-orders'",
        )

    def test_rules_judge_the_newest_versions(self, found):
        rows = found("raw.orders", "guest_sale_share", *self._file("null as customer_id"))
        assert [(row["sale_count"], row["guest_sale_count"]) for row in rows] == [(6, 6)]

    def test_what_is_gone_is_judged_no_more(self, found):
        rule = ("raw.orders", "some_order_has_an_amount")
        assert found(*rule, "delete from raw.order_items") == []
        (row,) = found(
            *rule,
            *self._file("true as _is_gone"),
            "update raw.orders set _is_gone = order_id = 'o3' where _arrival_number = 2",
        )
        assert row["order_count"] == 6

    @pytest.mark.parametrize(
        ("rule", "counts", "shown"),
        [
            ("keys_are_not_used_again", "4 as rows_rekeyed", ("rows_rekeyed", 4)),
            ("rows_gone", "2 as rows_gone", ("rows_gone", 2)),
            ("no_column_is_lost", "'country (7)' as lost_columns", ("lost_columns", "country (7)")),
        ],
    )
    def test_what_corrections_took_away(self, found, rule, counts, shown):
        name, value = shown
        values = "order_amount + 1 as order_amount"
        assert found("quality.file_loads", rule, *self._file(values)) == []
        (row,) = found("quality.file_loads", rule, *self._file(values, 3, counts))
        assert (row["table_name"], row[name]) == ("orders", value)

    @pytest.mark.parametrize(("kind", "few"), [("emptied", 5), ("rounded", 0)])
    def test_values_that_were_not_taken_as_they_stand(self, found, kind, few):
        rule = ("quality.file_loads", f"values_{kind}")
        note = (
            "insert into quality.value_notes by name select load_id, file_name, table_name, 'country' as column_name, "
            f"'{kind}' as note_kind, {{0}} as value_count, '' as example, loaded_at as noted_at "
            "from quality.file_loads where table_name = 'orders'"
        )
        many = "update quality.file_loads set rows_read = 100"
        assert found(*rule, many, note.format(few)) == []
        (row,) = found(*rule, note.format(few + 1))
        assert (row["column_name"], row["value_count"]) == ("country", few + 1)

    def test_a_column_that_former_files_had_is_missed(self, found):
        rule = ("quality.file_loads", "columns_of_former_files_are_filled")
        assert found(*rule, *self._file("1 as order_amount")) == []
        rows = found(*rule, *self._file("null as customer_id, null as cancelled_at", 3))
        assert [(row["table_name"], row["column_name"]) for row in rows] == [("orders", "customer_id")]
