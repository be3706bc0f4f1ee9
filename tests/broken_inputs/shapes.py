"""Delimiters, headers, quotation marks, and rows of the wrong length."""

from __future__ import annotations

from tests.broken_inputs.case import GOOD, HEADER, Case, order, orders

GROUP = "Delimiters, headers and rows"


def _case(name: str, what: str, content, **outcome) -> Case:
    return Case(name, GROUP, what, content, **outcome)


def _long_open_quote() -> bytes:
    return (HEADER + GOOD + '2,"open,2024-05-01,1\n').encode() + b"3,c,2024-05-01,1\n" * 1_100_000


CASES = (
    *(
        _case(name, f"{name} as delimiter", orders(order()).replace(",", mark), loaded=1)
        for name, mark in (("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("bar", "|"))
    ),
    _case(
        "separator_line",
        "Excel's line sep=; above the header",
        "sep=;\n" + orders(order(), order(2, at="never")).replace(",", ";"),
        loaded=1,
        quarantined=1,
        reasons=("ordered_at",),
    ),
    _case(
        "separator_line_utf16",
        "the same in UTF-16, in capitals, with a mark that nothing else is told by",
        ("SEP=^\r\n" + orders(order()).replace(",", "^")).encode("utf-16"),
        loaded=1,
    ),
    _case("separator_line_alone", "nothing but such a line", "sep=;\n"),
    _case(
        "mixed_delimiters",
        "a row with another delimiter than the header",
        orders(order(), order(2).replace(",", ";")),
        loaded=1,
        quarantined=1,
        reasons=("1 fields where the header has 4",),
    ),
    _case(
        "delimiter_in_quoted_name",
        "another delimiter inside of a quoted column name",
        '"order_id";"ordered_at";"a,b,c,d"\n1;2024-05-01;x\n',
        loaded=1,
    ),
    _case(
        "short_and_long_rows",
        "rows with too few or too many fields",
        orders(order(), "2,a", order(3) + ",more"),
        loaded=1,
        quarantined=2,
        reasons=("2 fields where the header has 4", "5 fields where the header has 4"),
    ),
    _case(
        "line_of_100000_columns",
        "a row of 100,000 fields",
        orders(order(), "x," * 99_999 + "x"),
        loaded=1,
        quarantined=1,
        reasons=("100000 fields where the header has 4",),
    ),
    _case(
        "header_of_100000_columns",
        "a header of 100,000 columns",
        ",".join(f"c{number}" for number in range(100_000)) + "\n",
        refused="has 100,000 columns",
    ),
    _case(
        "duplicated_column",
        "two columns of one name",
        HEADER.replace("customer_id", "Order_ID") + GOOD,
        refused="order_id stands twice in the header",
    ),
    _case(
        "taken_column_name", "a column called _row_number", "_row_number," + HEADER + "1," + GOOD, refused="is taken"
    ),
    _case("header_only", "a header and no rows", HEADER),
    _case("no_header", "no header", GOOD + order(2), refused="names none of the columns"),
    _case(
        "title_above_header", "a title above the header", "Orders of May\n\n" + HEADER + GOOD, refused="lines above it"
    ),
    _case(
        "repeated_header",
        "the header again among the rows",
        orders(order(), HEADER.strip(), order(2)),
        loaded=2,
        quarantined=1,
        reasons=("ordered_at: 'ordered_at' is not a date",),
    ),
    _case(
        "missing_column",
        "a compulsory column is missing",
        "order_id,customer_id\n1,a\n",
        refused="ordered_at is missing",
    ),
    _case("empty", "an empty file", b""),
    _case("blank_lines", "nothing but blank lines", "\n \n\r\n\t\n"),
    _case("blank_lines_between", "blank lines among the rows", orders(order(), "", order(2), "", ""), loaded=2),
    _case(
        "rows_of_delimiters",
        "rows of nothing but delimiters",
        orders(order(), ",,,"),
        loaded=1,
        quarantined=1,
        reasons=("order_id: missing; ordered_at: missing",),
    ),
    _case(
        "open_quote",
        "a quotation mark opened and never closed",
        orders(order(), order(2, '"b')),
        refused="opened in record 2 and never closed",
    ),
    _case(
        "open_quote_in_header",
        "a quotation mark opened in the header and never closed",
        orders(order()).replace("order_amount", '"order_amount'),
        refused="opened in the header and never closed",
    ),
    _case(
        "open_quote_in_large_file",
        "the same, with 19 MB behind it",
        _long_open_quote,
        refused="never closed",
    ),
    _case(
        "line_ends_in_value",
        "a line end inside of quotation marks",
        orders(order(customer='"a\nb"'), order(2)),
        loaded=2,
        holds=("customer_id", [("a\nb",), ("a",)]),
    ),
    _case(
        "rows_between_stray_quotes",
        "two stray quotation marks with a row between them",
        orders(order(), order(2, '"b'), order(3), order(4, '"d'), order(5)),
        loaded=2,
        quarantined=3,
        reasons=("opened in row 2 and closed in row 4 makes one value of 3 rows",),
    ),
    _case(
        "stray_quotes_in_two_columns",
        "two stray quotation marks in different columns",
        orders(order(), order(2, '"b'), order(3), order(4, amount='"1.50'), order(5)),
        loaded=2,
        quarantined=3,
        reasons=("opened in row 2 and closed in row 4 makes one value of 3 rows",),
    ),
    _case(
        "stray_quote",
        "a quotation mark in the middle of a value",
        orders(order(customer='5" pipe')),
        loaded=1,
        holds=("customer_id", [('5" pipe',)]),
    ),
    _case(
        "cut_in_the_middle",
        "a file cut in the middle of a row",
        orders(order(), order(2)) + "3,a,2024-0",
        loaded=2,
        quarantined=1,
        reasons=("3 fields where the header has 4",),
    ),
    _case(
        "conflicting_rows",
        "rows with one key: the same, and with other values; the last counts",
        orders(order(), order(), order(amount="9")),
        loaded=1,
        known=2,
        holds=("order_amount::int", [(9,)]),
    ),
)
