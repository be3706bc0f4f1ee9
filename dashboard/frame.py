"""What stands around every page: language, version, filters, links; and the style that Streamlit's settings lack."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas
import streamlit as st

from dashboard.base.filters import Filters
from dashboard.base.numbers import Numbers
from dashboard.base.texts import DEFAULT_LANGUAGE, LANGUAGES, Texts
from dashboard.base.versions import Version
from warehouse.base.browser_pages import BrowserPages

_STYLE = Path(__file__).resolve().parent / "style.css"
_OLD_DAYS = 2
_LANGUAGE = "language"


def chosen_language() -> str:
    """Return the language of the side bar, of the address, or the default."""
    chosen = st.session_state.get(_LANGUAGE) or st.query_params.get(_LANGUAGE)
    return next((language for language, name in LANGUAGES.items() if name == chosen), DEFAULT_LANGUAGE)


def set_style() -> None:
    """Set what Streamlit has no setting for."""
    st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")


def choose_version(texts: Texts, versions: list[Version]) -> str:
    """Let the reader choose among the kept versions; empty means the live one, also when that changes."""
    live = texts("common.live_version")
    named = {
        f"{version.source} {version.as_of_date}, {version.published_at:%Y-%m-%d %H:%M:%S}": version.name
        for version in versions
        if not version.is_live
    }
    with st.sidebar:
        chosen = st.selectbox(texts("common.version"), [live, *named], key="version", bind="query-params")
    return named.get(chosen, "")


def choose_filters(texts: Texts, places: frozenset[str], choices: pandas.DataFrame) -> Filters:
    """Let the reader narrow the page by what its questions take.

    Parameters
    ----------
    places
        The values that the page's questions name.
    choices
        Columns `kind` (month, country, segment) and `value`.
    """
    of_kind = {kind: rows["value"].tolist() for kind, rows in choices.groupby("kind")}
    with st.sidebar:
        first, last = _choose_months(texts, of_kind.get("month", [])) if "from_month" in places else (None, None)
        countries, segments = (
            st.multiselect(
                texts(f"common.{kind}"),
                of_kind.get(kind, []),
                key=kind,
                bind="query-params",
                placeholder=texts("common.all"),
            )
            if place in places and len(of_kind.get(kind, [])) > 1
            else []
            for kind, place in (("country", "countries"), ("segment", "segments"))
        )
    return Filters(first, last, tuple(countries), tuple(segments))


def _choose_months(texts: Texts, months: list[str]) -> tuple[date | None, date | None]:
    if len(months) <= 1:
        return None, None
    first, last = st.select_slider(
        texts("common.months"), months, value=(months[0], months[-1]), key="months", bind="query-params"
    )
    return (
        None if first == months[0] else date.fromisoformat(f"{first}-01"),
        None if last == months[-1] else date.fromisoformat(f"{last}-01"),
    )


def show_footer(texts: Texts, places: BrowserPages) -> None:
    """Language and the other programs, at the foot of the side bar."""
    with st.sidebar:
        st.divider()
        if places.airflow:
            st.page_link(places.airflow, label=texts("common.to_airflow"), icon=":material/account_tree:")
        if places.mlflow:
            st.page_link(places.mlflow, label=texts("common.to_mlflow"), icon=":material/science:")
        if places.documents:
            address = f"{places.documents}/validations/index.html"
            st.page_link(address, label=texts("common.to_data_docs"), icon=":material/fact_check:")
        st.selectbox(texts("common.language"), list(LANGUAGES.values()), key=_LANGUAGE, bind="query-params")


def say_which_version(texts: Texts, version: Version) -> None:
    """Say which version the page shows, as of which day, and how old it is."""
    numbers, now = Numbers(texts.language), datetime.now(UTC).replace(tzinfo=None)
    words = texts(
        "common.standing",
        source=version.source,
        day=numbers.day(version.as_of_date),
        age=numbers.age(version.published_at, now),
    )
    st.caption(words, help=texts("common.version_name", name=version.name))
    if not version.is_live:
        st.warning(texts("common.not_live"), icon=":material/history:")
    elif (now - version.published_at).days >= _OLD_DAYS:
        st.warning(texts("common.old"), icon=":material/schedule:")
