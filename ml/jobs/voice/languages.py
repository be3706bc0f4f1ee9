"""The language of each text: Chinese by its characters, others by py3langid, `unknown` where a text is too short."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from ml.jobs.voice.configuration import LanguageSettings

UNKNOWN = "unknown"
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_READ_CHARACTERS = 1000  # enough to tell a language
_NO_LANGUAGE = "zxx"  # py3langid's code of what is no language
_WITHOUT_ANY = "en"


def detect_languages(texts: Sequence[str], settings: LanguageSettings) -> list[str]:
    """ISO 639-1 code of each text, or `unknown`; shape (n_texts,)."""
    known = {text: _language(text[:_READ_CHARACTERS], settings) for text in set(texts)}
    return [known[text] for text in texts]


def commonest_language(languages: Sequence[str]) -> str:
    """The language in which most texts are; texts whose own is not known are read as if they were in it."""
    counts = Counter(one for one in languages if one != UNKNOWN)
    return min(counts, key=lambda one: (-counts[one], one)) if counts else _WITHOUT_ANY


def _language(text: str, settings: LanguageSettings) -> str:
    letter_count = len(_LETTER.findall(text))
    is_han = letter_count and len(_HAN.findall(text)) >= settings.minimum_han_share * letter_count
    if is_han and not _KANA_OR_HANGUL.search(text):
        return "zh"
    if letter_count < settings.minimum_letter_count:
        return UNKNOWN
    code, probability = _identifier().classify(text)
    return code if probability >= settings.minimum_probability and code != _NO_LANGUAGE else UNKNOWN


@cache
def _identifier() -> Any:
    """Read once: it takes a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
