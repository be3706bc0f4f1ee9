"""The questions that the pages of `docs/` ask of tables, each with its query and the answer of the sample shop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.base.settings import CHECKOUT

DOCS = CHECKOUT / "docs"
# These ask a question of each table: what stands on them comes first.
ASKED_ON = ("marts.md", "checks.md")
_BLOCK = re.compile(r"```sql\n(.*?)```(?:\n```\n(.*?)```)?", re.DOTALL)
_QUESTION = re.compile(r"\*\*([^*]+\?)\*\*")
_PLACE = re.compile(r"\b((?:marts|scores|quality)\.[a-z]\w*)")


@dataclass(frozen=True)
class Question:
    """What is asked, of which tables, and how.

    Attributes
    ----------
    page, heading
        Where it stands: the file in `docs/`, and the heading above it.
    tables
        Those that are named beside the question; none where only the query names them.
    examples
        Each query with its answer, or None where the page does not show it.
    """

    words: str
    page: str
    heading: str
    tables: tuple[str, ...]
    examples: tuple[tuple[str, str | None], ...]

    @property
    def link(self) -> str:
        """Relative to `docs/`."""
        return f"{self.page}#{anchor(self.heading)}"

    def example_with(self, place: str) -> tuple[str, str | None] | None:
        """The first query that reads a table."""
        return next((example for example in self.examples if place in _PLACE.findall(example[0])), None)


def anchor(heading: str) -> str:
    """The name of a heading in a link, as GitHub makes it.

    >>> anchor("Who are our customers, and what do we do today?")
    'who-are-our-customers-and-what-do-we-do-today'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@cache
def questions() -> tuple[Question, ...]:
    """All questions in bold letters of the pages that ask, in their order."""
    return tuple(question for page in ASKED_ON for question in _on(DOCS / page))


def question_about(place: str) -> Question | None:
    """The question that shows best what a table is for: one whose words name it, else one whose query reads it."""
    reading = [question for question in questions() if question.example_with(place)]
    return next((question for question in reading if place in question.tables), next(iter(reading), None))


def pages_about(place: str) -> tuple[str, ...]:
    """Further pages that name a table; those that ask a question of every table are left out."""
    return tuple(name for name, places in _places_on_pages().items() if place in places)


@cache
def _places_on_pages() -> dict[str, set[str]]:
    left_out = (*ASKED_ON, "data-dictionary.md", "gates.md")
    pages = (page for page in sorted(DOCS.glob("*.md")) if page.name not in left_out)
    return {page.name: set(_PLACE.findall(page.read_text(encoding="utf-8"))) for page in pages}


def _on(page: Path) -> Iterator[Question]:
    for section in re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, text = section.partition("\n")
        for part in re.split(r"\n\n(?=\*\*)", "\n" + text):
            if words := _QUESTION.match(part.lstrip()):
                tables = tuple(dict.fromkeys(_PLACE.findall(part.partition("```")[0])))
                examples = ((query.strip(), answer.rstrip("\n") or None) for query, answer in _BLOCK.findall(part))
                yield Question(words[1], page.name, heading, tables, tuple(examples))
