"""All words of the dashboard, from one catalogue: `dashboard/texts/<language>/<part>.yml`.

A text is asked for by its part and name, such as ``overview.title``. What the data name (segments, countries, stages)
and columns of tables have parts of their own; a value that the catalogue does not know is shown as it is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from warehouse.base.yaml_files import read_yaml

TEXTS_FOLDER = Path(__file__).resolve().parents[1] / "texts"
LANGUAGES = {"en": "English", "zh": "简体中文"}
DEFAULT_LANGUAGE = "en"


class Texts:
    """The catalogue in one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else DEFAULT_LANGUAGE
        self._texts = catalogue(self.language)

    def __call__(self, name: str, /, **values: Any) -> str:
        """Return a text with its places filled; KeyError if the catalogue lacks it."""
        text = self._texts[name]
        return text.format(**values) if values else text

    def has(self, name: str) -> bool:
        """Whether the catalogue has the text."""
        return name in self._texts

    def value(self, kind: str, value: Any) -> str:
        """Return what a value of the data is called, such as the stage ``at_risk``; itself where it has no name."""
        return self._texts.get(f"values.{kind}.{value}", str(value))

    def declared(self, sentence: str) -> str:
        """Return a sentence that is declared elsewhere, such as a limit of a job, in this language; else as it is."""
        return self._texts.get(f"declared.{sentence}", sentence)

    def names_values_of(self, kind: str) -> bool:
        """Whether the catalogue names values of a kind, such as ``stage``."""
        return any(name.startswith(f"values.{kind}.") for name in self._texts)

    def column(self, name: str) -> str:
        """Return the heading of a column."""
        return self._texts.get(f"columns.{name}", name.replace("_", " ").capitalize())


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all texts of a language by their full names."""
    texts: dict[str, str] = {}
    for file in sorted((TEXTS_FOLDER / language).glob("*.yml")):
        _gather(read_yaml(file) or {}, file.stem, texts)
    return texts


def _gather(branch: dict[str, Any], name: str, texts: dict[str, str]) -> None:
    for key, value in branch.items():
        if isinstance(value, dict):
            _gather(value, f"{name}.{key}", texts)
        else:
            texts[f"{name}.{key}"] = str(value).strip()
