"""One page view: which version it shows, what it is narrowed to, in which words; and asking that version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas
import streamlit as st

from dashboard.base.filters import Filters
from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer, places_of, to_copy
from dashboard.base.texts import Texts
from dashboard.base.versions import FileState, Reader, Version, file_state, kept_versions
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import live_version

_VERSIONS_HELD_OPEN = 2
_ANSWERS_KEPT = 400


@dataclass(frozen=True)
class View:
    """What a page needs. All its questions go to the same version, whatever is published meanwhile."""

    settings: Settings
    version: Version
    state: FileState
    filters: Filters
    texts: Texts
    numbers: Numbers

    def ask(self, question: str, **values: Any) -> pandas.DataFrame:
        """Return the answer of a question such as ``overview/kpis``, with the filters and further values bound.

        Each caller gets a copy of its own.
        """
        bound = self.bound(question, values)
        return _answer(self.state, question, tuple(bound.items()), _settings=self.settings, _version=self.version.name)

    def bound(self, question: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values that a question takes, lists as tuples."""
        known: dict[str, Any] = {**self.filters.values(), "as_of_date": self.version.as_of_date, **values}
        return {
            name: tuple(known[name]) if isinstance(known[name], list) else known[name]
            for name in sorted(places_of(question))
        }

    def sql(self, question: str, **values: Any) -> str:
        """Return the question's SQL with its values written out."""
        return to_copy(question, self.bound(question, values))


def find_version(settings: Settings) -> tuple[list[Version], Version | None]:
    """Return the versions that are kept, and the live one; none before the first publication."""
    live = live_version(settings)
    if live is None:
        return [], None
    reader = _reader(file_state(settings, live), _settings=settings, _version=live)
    versions = kept_versions(reader.cursor(), settings)
    return versions, next((version for version in versions if version.name == live), None)


# What starts with an underscore is no part of the key: the state of the file tells all.
@st.cache_resource(max_entries=_VERSIONS_HELD_OPEN, show_spinner=False, on_release=Reader.close)
def _reader(state: FileState, /, *, _settings: Settings, _version: str) -> Reader:
    return Reader(_settings, _version)


@st.cache_data(max_entries=_ANSWERS_KEPT, show_spinner=False)
def _answer(
    state: FileState, question: str, bound: tuple[tuple[str, Any], ...], /, *, _settings: Settings, _version: str
) -> pandas.DataFrame:
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in bound}
    return answer(_reader(state, _settings=_settings, _version=_version).cursor(), question, values)
