"""What customers said of a theme, in their own words: only words that several customers wrote alike.

What one person wrote is nobody's to publish. A quote is a sentence, or a piece of one, that enough different customers
wrote in the same words: it tells of none of them, and stays true when one of them is erased. What looks like an
address, a number or a customer's name is not quoted all the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.jobs.voice.configuration import ThemeSettings

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？；])|[\n\r]+")
_EDGES = " \t\"'“”„«»()[]{}*_-–—.,;:!?…。，！？；、"
_LEAST_CHINESE_CHARACTERS, _MOST_CHINESE_CHARACTERS = 4, 30
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Addresses of mails and pages, user names, telephone, order and customer numbers, markup.
_TELLING = re.compile(
    r"@|https?:|www\.|\b\w+\.(?:com|org|net|de|cn|uk|io)\b|\d[\d\s\-/.]{2,}\d|\w*\d\w*\d\w*|[<>{}|`\\]", re.IGNORECASE
)


@dataclass(frozen=True)
class Quote:
    """Words that so many customers wrote alike."""

    text: str
    customer_count: int


def best_quote(
    texts: pd.DataFrame, key_words: Sequence[str], names: Collection[str], settings: ThemeSettings
) -> Quote | None:
    """The quote that says most of a theme; None where not enough customers wrote anything alike.

    Parameters
    ----------
    texts
        `text` and `customer_id`, the most typical first; texts of whom nobody knows are left out.
    key_words
        Of the theme, the first weighing most: a quote has one of the first, and more are better.
    names
        First and last names of customers, in lower case.
    """
    writers: dict[str, set[str]] = defaultdict(set)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    known = texts[texts["customer_id"].notna()].head(settings.quoted_text_count)
    for text, customer in zip(known["text"], known["customer_id"], strict=True):
        for piece in _pieces(text, settings.quote_words):
            key = piece.casefold()
            writers[key].add(customer)
            spellings[key][piece] += 1
    weights = {word: 1 / (1 + rank) for rank, word in enumerate(key_words)}
    ranked = [
        (_weight(key, weights, len(its)), key)
        for key, its in writers.items()
        if len(its) >= settings.minimum_customer_count
    ]
    for weight, key in sorted(ranked, key=lambda one: (-one[0], one[1])):
        text = min(spellings[key], key=lambda one: (-spellings[key][one], one))
        if weight > 0 and not is_telling(text, names):
            return Quote(text, len(writers[key]))
    return None


def is_telling(text: str, names: Collection[str]) -> bool:
    """Whether a text may tell who wrote it or of whom it speaks.

    >>> is_telling("Write to me at jo@example.com", set()), is_telling("Jo was helpful", {"jo"})
    (True, True)
    >>> is_telling("a plain brown box", {"brown"})
    False
    """
    if _TELLING.search(text):
        return True
    return any(word.casefold() in names and not word.islower() for word in re.findall(r"[^\W\d_]+", text))


def _weight(key: str, weights: dict[str, float], customer_count: int) -> float:
    """More key words, then more customers; longer wordings of the same say more."""
    said = sum(weight for word, weight in weights.items() if word in key)
    return said * float(np.log1p(customer_count)) * float(np.sqrt(len(key.split()) + len(_HAN.findall(key)) / 2))


def _pieces(text: str, words: tuple[int, int]) -> Iterator[str]:
    """The sentences of a text, and what of a longer one is as long as a quote may be."""
    least, most = words
    for sentence in _SENTENCE_END.split(text):
        plain = sentence.strip(_EDGES)
        if _HAN.search(plain):
            for clause in re.split(r"[，、,]", plain):
                if _LEAST_CHINESE_CHARACTERS <= len(clause.strip()) <= _MOST_CHINESE_CHARACTERS:
                    yield clause.strip()
            continue
        parts = plain.split()
        if least <= len(parts) <= most:
            yield " ".join(parts)
        for length in range(least, min(most, len(parts) - 1) + 1):
            for start in range(len(parts) - length + 1):
                yield " ".join(parts[start : start + length]).strip(_EDGES)
