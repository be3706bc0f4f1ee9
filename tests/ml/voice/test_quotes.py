"""Quotes are what several customers wrote alike, and nothing in them tells of anybody."""

from __future__ import annotations

import pandas as pd
import pytest

from ml.jobs.voice.configuration import load_voice
from ml.jobs.voice.quotes import best_quote, is_telling
from tests.hostile_values import HOSTILE

SETTINGS = load_voice().themes


def said(*texts: tuple[str, int]) -> pd.DataFrame:
    """Each text by so many customers."""
    rows = [(text, f"C{at}-{number}") for at, (text, count) in enumerate(texts) for number in range(count)]
    return pd.DataFrame(rows, columns=["text", "customer_id"])


def test_the_words_of_enough_customers_are_quoted() -> None:
    texts = said(
        ("Very sad. The courier lost my parcel!", 4),
        ("THE COURIER LOST MY PARCEL", 1),
        ("The courier ate my parcel at noon", 4),
        ("Nothing to say about it.", 50),
    )
    quote = best_quote(texts, ["courier", "parcel"], set(), SETTINGS)
    assert quote is not None
    assert (quote.text, quote.customer_count) == ("The courier lost my parcel", 5)


def test_four_customers_are_too_few_and_one_who_repeats_it_is_one() -> None:
    texts = pd.concat([said(("The courier lost my parcel", 4)), said(("The courier lost my parcel", 1))])
    texts["customer_id"] = [*texts["customer_id"].iloc[:4], texts["customer_id"].iloc[0]]
    repeated = pd.concat([texts] * 5)
    assert best_quote(repeated, ["courier"], set(), SETTINGS) is None
    unknown = said(("The courier lost my parcel", 9)).assign(customer_id=None)
    assert best_quote(unknown, ["courier"], set(), SETTINGS) is None


def test_a_piece_of_long_sentences_is_quoted_where_no_sentence_is_shared() -> None:
    texts = said(*((f"word{chr(97 + n)} this dress runs very small {chr(97 + n)} again", 1) for n in range(6)))
    quote = best_quote(texts, ["dress", "small"], set(), SETTINGS)
    assert quote is not None
    assert (quote.text, quote.customer_count) == ("this dress runs very small", 6)


def test_chinese_clauses_are_quoted() -> None:
    quote = best_quote(said(("包装破了，里面全碎了。", 5)), ["包装"], set(), SETTINGS)
    assert quote is not None
    assert quote.text == "包装破了"


@pytest.mark.parametrize(
    "text",
    [
        "Ask jo.smith@example.com about it",
        "See https://example.com/a for the parcel",
        "see www.example.org for more",
        "the parcel of order O00012345 was lost",
        "call +49 555 123 456 about the parcel",
        "my number is 0171 5551234",
        "Mrs Quux lost my parcel",
        "that was QUUX again, she lost it",
        "bad_user@shop said no",
        *(text for text in HOSTILE if "<" in text or "evil.example" in text or "{" in text),
    ],
)
def test_what_tells_of_somebody_is_not_quoted(text: str) -> None:
    assert is_telling(text, {"quux"})
    assert (
        best_quote(said((text, 9)), ["quux", "parcel"], {"quux"}, SETTINGS.model_copy(update={"quote_words": (50, 60)}))
        is None
    )
