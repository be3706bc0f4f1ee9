"""The texts of a source's customers that were known before a date, as they are read: cleaned, cut, in a fixed order."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import duckdb
import pandas as pd

from ml.competition.results import Refused

_TEXTS = """
select
    answers.feedback_id,
    answers.customer_id,
    answers.known_at,
    feedback.product_code,
    answers.rating,
    feedback.feedback_text as text
from intermediate.int_feedback as answers
inner join staging.stg_feedback as feedback on answers.feedback_id = feedback.feedback_id
where answers.known_at < $as_of_date and feedback.feedback_text is not null
order by answers.known_at, answers.feedback_id
"""
_TAG = re.compile(r"<[^<>]{1,300}>")
_BLANKS = re.compile(r"\s+")
_REPEATED = re.compile(r"([^\d\s])\1{3,}")  # "soooooo", a row of hearts: three say as much


def read_texts(connection: duckdb.DuckDBPyConnection, as_of_date: date, maximum_characters: int) -> pd.DataFrame:
    """Read the texts, oldest first.

    Returns
    -------
    DataFrame
        `feedback_id`, `customer_id` (None: nobody is known), `given_date`, `product_code`, `rating` (NaN: none) and
        `text`.

    Raises
    ------
    Refused
        If there are none.
    """
    rows = connection.execute(_TEXTS, {"as_of_date": as_of_date}).df()
    rows["text"] = [cleaned(text, maximum_characters) for text in rows["text"]]
    rows = rows[rows["text"] != ""].reset_index(drop=True)
    if rows.empty:
        raise Refused(f"Nobody has written anything before {as_of_date}.")
    rows["given_date"] = rows.pop("known_at").dt.date
    rows["rating"] = rows["rating"].astype(float)
    return rows


def cleaned(text: str, maximum_characters: int) -> str:
    """The words of a text: compatible forms made one, no tags or control characters, repetitions and length cut.

    >>> cleaned("Ｇｒｅａｔ<br>shop\\x00!\\n", 100)
    'Great shop !'
    """
    shown = unicodedata.normalize("NFKC", text[: 2 * maximum_characters])
    shown = "".join(" " if unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn") else one for one in shown)
    shown = _REPEATED.sub(r"\1\1\1", _TAG.sub(" ", shown))
    return _BLANKS.sub(" ", shown).strip()[:maximum_characters].strip()
