"""Text of the data is shown as it is, and a file handed out makes no spreadsheet obey it."""

from __future__ import annotations

import csv
import io
from datetime import date

import pandas
import pytest

from dashboard.base.csv_files import csv_of
from dashboard.base.plain_text import plain_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Earl Grey, tin", "Earl Grey, tin"),
        ("<script>alert(1)</script>", r"\<script\>alert\(1\)\</script\>"),
        ("[x](javascript:1)", "\\[x\\]\\(javascript:\u20601\\)"),
        ("costs $5$", r"costs \$5\$"),
        (":red[now] :smile:", ":\u2060red\\[now\\] :\u2060smile:"),
        ("see www.example.org", "see www\u2060\\.example\\.org"),
        ("  # a head\n    indented", r"\# a head indented"),
        ("at 10: tea", "at 10: tea"),
        (12.5, r"12\.5"),
    ],
)
def test_what_means_something_in_markdown_is_escaped(value: object, expected: str) -> None:
    assert plain_text(value) == expected


def test_texts_that_begin_like_a_formula_get_an_apostrophe_and_figures_stay() -> None:
    frame = pandas.DataFrame(
        {
            "customer_id": ["=1+1", "C2", "@sum", None],
            "reason": [" +cmd", "-2+3", 'a, "b"', "数"],
            "net_amount": [-5.25, 1.0, 2.0, 3.0],
            "day": pandas.to_datetime([date(2026, 7, 1)] * 4),
        }
    )
    text = csv_of(frame).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["customer_id", "reason", "net_amount", "day"]
    assert rows[1] == ["'=1+1", "' +cmd", "-5.25", "2026-07-01"]
    assert rows[2] == ["C2", "'-2+3", "1.0", "2026-07-01"]
    assert rows[3] == ["'@sum", 'a, "b"', "2.0", "2026-07-01"]
    assert rows[4] == ["", "数", "3.0", "2026-07-01"]


def test_the_file_begins_with_the_mark_that_tells_excel_of_utf8() -> None:
    assert csv_of(pandas.DataFrame({"a": [1]})) == b"\xef\xbb\xbfa\r\n1\r\n"
