"""The pictures of the page on trust."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import BAD, GOOD, QUIET
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import named_rows, rows_height
from dashboard.charts.parts import figure, named, told


def bridge(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """From the amounts of the files to those of the marts: totals as ticks, differences as bars between them.

    The axis does not begin at nothing, or the differences could not be seen; so totals are ticks, not bars.
    """
    rows = named(frame, "place", texts).assign(
        kind=["total" if total else "less" if amount < 0 else "more" for total, amount in _kinds(frame)],
        written=[numbers.amount(float(amount)) for amount in frame["amount"]],
        right_amount=frame[["from_amount", "to_amount"]].max(axis=1),
    )
    kinds = [texts.value("bridge_kind", kind) for kind in ("total", "more", "less")]
    rows = named(rows, "kind", texts, "bridge_kind")
    least, most = rows[["from_amount", "to_amount"]].min().min(), rows["right_amount"].max()
    margin = max((most - least) * 0.18, abs(most) * 0.01, 1.0)
    across = altair.Scale(domain=[float(least - margin / 3), float(most + margin)], zero=False, nice=False)
    base = altair.Chart(rows, height=rows_height(len(rows), has_legend=True)).encode(
        y=named_rows(rows, "place"),
        tooltip=told(texts, numbers, place="text", amount="amount", row_count="count", description="text"),
    )
    colour = altair.Color(
        "kind:N",
        scale=altair.Scale(domain=kinds, range=[QUIET, GOOD, BAD]),
        legend=altair.Legend(title=None, orient="top"),
    )
    start = figure("from_amount", "amount", numbers.currency or None, altair.X, scale=across)
    changes = base.transform_filter("!datum.is_total").mark_bar(size=14).encode(x=start, x2="to_amount:Q", color=colour)
    totals = base.transform_filter("datum.is_total").mark_tick(thickness=4, size=20)
    words = base.mark_text(align="left", dx=8).encode(x=altair.X("right_amount:Q", scale=across), text="written:N")
    ticks = totals.encode(x=altair.X("to_amount:Q", scale=across), color=colour)
    return altair.LayerChart(layer=[changes, ticks, words.encode(color=altair.value(QUIET))])


def _kinds(frame: pandas.DataFrame) -> list[tuple[bool, float]]:
    return list(zip(frame["is_total"], frame["amount"].astype(float), strict=True))
