"""The page of a published version: one HTML file with the pictures that matter, without a script or a request.

It opens from disk and can be mailed. Pictures are SVG; the rows behind each stand folded below it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import duckdb
import pandas

from dashboard.base.colours import SERIES
from dashboard.base.filters import Filters
from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer
from dashboard.base.texts import DEFAULT_LANGUAGE, Texts
from dashboard.base.versions import Reader, Version, kept_versions
from dashboard.version_page.pictures import PICTURES, Drawn
from warehouse.base.durable_files import write_text_durably
from warehouse.base.errors import PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import PAGE, folder_of, is_kept, live_version, publication_lock

_STYLE = Path(__file__).resolve().parent / "page.css"
_WIDTH = 860
_ROWS_SHOWN = 60
# Greys that can be read on light and on dark ground.
_INK = "#6b7480"
_FONT = "Arial, 'Liberation Sans', Helvetica, 'Noto Sans CJK SC', sans-serif"


def write_page(settings: Settings, version: str = "", language: str = DEFAULT_LANGUAGE) -> Path:
    """Draw the page of a version and keep it with it.

    Parameters
    ----------
    version
        Default: the live one.

    Raises
    ------
    PublishError
        If the version is not kept.
    """
    name = version or live_version(settings)
    if name is None or not is_kept(settings, name):
        raise PublishError(f"There is no published version {name or ''}".rstrip() + ".", "`make versions` lists them.")
    text = page(settings, name, Texts(language))
    file = folder_of(settings, name) / PAGE
    with publication_lock(settings):
        if is_kept(settings, name):
            write_text_durably(file, text)
            file.chmod(0o444)
    return file


def versions_without_page(settings: Settings) -> list[str]:
    """Return the kept versions that have no page, such as those that an erasure has rewritten; the live one first."""
    live = live_version(settings)
    if live is None:
        return []
    reader = Reader(settings, live)
    try:
        kept = kept_versions(reader.cursor(), settings)
    finally:
        reader.close()
    lacking = [version for version in kept if not (folder_of(settings, version.name) / PAGE).exists()]
    return [version.name for version in sorted(lacking, key=lambda version: not version.is_live)]


def page(settings: Settings, name: str, texts: Texts) -> str:
    """Return the page of a kept version."""
    reader = Reader(settings, name)
    try:
        connection = reader.cursor()
        version = next(kept for kept in kept_versions(connection, settings) if kept.name == name)
        values = {**Filters().values(), "as_of_date": version.as_of_date}
        currencies = answer(connection, "common/currencies", values)["currency"].tolist()
        numbers = Numbers(texts.language, currencies[0] if len(currencies) == 1 else "")
        sections = [_tiles(answer(connection, "overview/kpis", values), texts, numbers)]
        for picture in PICTURES:
            frame = _rows(connection, picture, values)
            if not frame.empty:
                sections.append(_section(picture, frame, texts, numbers))
    finally:
        reader.close()
    return _whole(version, sections, texts, numbers)


def _rows(connection: duckdb.DuckDBPyConnection, picture: Drawn, values: dict[str, Any]) -> pandas.DataFrame:
    """The rows of a picture; none where a version of an earlier release has no such table or column."""
    try:
        return answer(connection, picture.question, {**values, **picture.values})
    except (duckdb.CatalogException, duckdb.BinderException):
        return pandas.DataFrame()


def _whole(version: Version, sections: list[str], texts: Texts, numbers: Numbers) -> str:
    made = datetime.now(UTC).replace(tzinfo=None)
    standing = texts("page.standing", source=version.source, day=numbers.day(version.as_of_date), name=version.name)
    foot = texts("page.foot", made=numbers.day(made))
    return (
        f'<!doctype html>\n<html lang="{texts("page.html_language")}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Whatever stands in the data: nothing is loaded and nothing is run.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(version.source)} · {escape(numbers.day(version.as_of_date))}</title>\n"
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(texts('overview.title'))}</h1>\n<p class=standing>{escape(standing)}</p>\n"
        + "\n".join(sections)
        + f"\n<footer>{escape(foot)}</footer>\n</main>\n</body>\n</html>\n"
    )


def _tiles(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> str:
    tiles = [
        f"<li><span class=label>{escape(texts.value('figure_title', row['title']))}</span>"
        f"<span class=figure>{escape(numbers.written(row['value'], row['unit']))}</span>"
        f"<span class=change>{escape(numbers.change(row['value'], row['value_year_before'], row['unit']))}</span>"
        "</li>"
        for row in frame.to_dict("records")
    ]
    if not tiles:
        return f"<p>{escape(texts('overview.nothing'))}</p>"
    return f"<section><p class=note>{escape(texts('page.tiles'))}</p><ul class=tiles>{''.join(tiles)}</ul></section>"


def _section(picture: Drawn, frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> str:
    name = picture.question.replace("/", ".")
    title, note = texts(f"{name}.title"), texts(f"{name}.note")
    return (
        f"<section>\n<h2>{escape(title)}</h2>\n<p class=note>{escape(note)}</p>\n"
        f'<div role="img" aria-label="{escape(f"{title} {note}")}">{_svg(picture, frame, texts, numbers)}</div>\n'
        f"<details><summary>{escape(texts('page.rows'))}</summary>{_table(frame, texts, numbers)}</details>\n</section>"
    )


def _svg(picture: Drawn, frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> str:
    import vl_convert

    chart = picture.draw(frame, texts, numbers).to_dict(validate=False)
    chart.setdefault("width", _WIDTH - 190) if "hconcat" not in chart else None
    chart["config"] = _look(chart.get("config", {}))
    return vl_convert.vegalite_to_svg(json.dumps(chart))


def _look(config: dict[str, Any]) -> dict[str, Any]:
    words = {
        "labelColor": _INK,
        "titleColor": _INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    axis = {**words, "domain": False, "ticks": False, "gridColor": "#8890993d", "labelPadding": 6}
    return {
        **config,
        "background": None,
        "font": _FONT,
        "padding": {"left": 24, "right": 24, "top": 5, "bottom": 5},  # fonts differ from where it was drawn
        "view": {"stroke": None},
        "range": {"category": SERIES},
        "axis": axis,
        "legend": {**words, "columnPadding": 28},
        "header": words,
    }


def _table(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> str:
    columns = [name for name in frame.columns if not isinstance(frame[name].iloc[0], list)]
    heads = "".join(f"<th>{escape(texts.column(name))}</th>" for name in columns)
    rows = "".join(
        "<tr>" + "".join(_cell(name, row[name], texts, numbers) for name in columns) + "</tr>"
        for row in frame.head(_ROWS_SHOWN).to_dict("records")
    )
    left = len(frame) - _ROWS_SHOWN
    more = f"<p class=note>{escape(texts('page.more_rows', count=left))}</p>" if left > 0 else ""
    return f"<div class=wide><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{more}"


def _cell(name: str, value: Any, texts: Texts, numbers: Numbers) -> str:
    if isinstance(value, pandas.Timestamp):
        return f"<td>{value:%Y-%m-%d}</td>"
    if isinstance(value, bool | str):
        return f"<td>{escape(texts.value(name, value))}</td>"
    return f"<td class=number>{escape(numbers.written(value, unit_of(name)))}</td>"


def unit_of(column: str) -> str:
    """Return the unit that a column's name tells."""
    if "amount" in column:
        return "amount"
    if column.endswith(("_share", "_probability")):
        return "share"
    return "count" if column.endswith(("_count", "_days", "_number", "_months")) else "ratio"
