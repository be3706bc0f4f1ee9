"""The page of a pipeline run as HTML: the sections of the summary, readable in a browser without anything else."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html import escape
from typing import Any

from warehouse.runs.summary import RunSummary, Section

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #8884; padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.none { opacity: .7; }
"""


def html(summary: RunSummary) -> Iterator[str]:
    """Yield the page line by line; every value is shown as text."""
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(summary.headline)}</title><style>{_STYLE}</style></head><body><main>"
    yield f"<h1>{escape(summary.headline)}</h1>"
    yield f"<p>Pipeline run {escape(summary.pipeline_run_id)}, {escape(summary.published)}.</p>"
    for section in summary.sections:
        yield from _section(section)
    yield "</main></body></html>"


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.title)}</h2>"
    if not section.rows:
        yield '<p class="none">None.</p>'
        return
    kinds = [_kind([row[place] for row in section.rows]) for place in range(len(section.columns))]
    yield '<div class="wide"><table><thead><tr>'
    yield "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(section.columns, kinds, strict=True))
    yield "</tr></thead><tbody>"
    for row in section.rows:
        cells = (f"<td{kind}>{escape(_shown(value))}</td>" for value, kind in zip(row, kinds, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def _kind(values: list[Any]) -> str:
    known = [value for value in values if value is not None]
    return ' class="number"' if known and all(_is_number(value) for value in known) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if _is_number(value) else str(value)
