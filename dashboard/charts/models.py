"""The pictures of the page on models."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import BAD, GREY, MAIN, OTHER, QUIET, YELLOW
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import bars, named_rows, rows_height
from dashboard.charts.parts import HEIGHT, days, named, series, told


def gain(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """By how much what serves is better than the best simple rule, where the decision names both figures."""
    rows = frame.dropna(subset=["gain_share"]).sort_values("gain_share", ascending=False, kind="stable")
    rows = named(rows, "metric_name", texts).assign(
        label=[
            texts.value("job", job) + (f" · {texts.value('part', part)}" if isinstance(part, str) else "")
            for job, part in zip(rows["job"], rows["part"], strict=True)
        ]
    )
    tips = told(
        texts,
        numbers,
        label="text",
        candidate="text",
        metric_name="text",
        metric_value="ratio",
        baseline_name="text",
        baseline_value="ratio",
        gain_share="share",
    )
    return bars(rows, "label", "gain_share", "share", title=None, tips=tips)


def origins(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """A figure of a job on each earlier date, for whoever might have served."""
    order = [texts.value("played_by", kind) for kind in ("in_service", "best_model", "best_rule")]
    return (
        altair.Chart(named(frame, "played_by", texts), height=HEIGHT)
        .mark_line(point=True)
        .encode(
            x=days(texts, "origin_date"),
            y=altair.Y(
                "metric_value:Q",
                title=texts.value("metric_name", frame["metric_name"].iloc[0]),
                scale=altair.Scale(zero=False),
            ),
            color=series("played_by", order),
            tooltip=told(
                texts,
                numbers,
                origin_date="day",
                played_by="text",
                candidate="text",
                metric_value="ratio",
                customer_count="count",
            ),
        )
    )


def groups(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """What was said and what happened, in the mean of each group: the nearer the points, the better."""
    rows = named(frame, "group_column", texts)
    labels = [
        f"{column} · {texts.value('group_value', value)}" if kind != "all" else column
        for kind, column, value in zip(frame["group_column"], rows["group_column"], frame["group_value"], strict=True)
    ]
    rows = rows.assign(label=labels)
    base = altair.Chart(rows, height=rows_height(len(rows), has_legend=True)).encode(
        y=named_rows(rows, "label"),
        tooltip=told(
            texts,
            numbers,
            label="text",
            customer_count="count",
            predicted_mean="ratio",
            actual_mean="ratio",
            level_ratio="ratio",
            ranking_value="ratio",
            selection_rate_share="share",
        ),
    )
    said = texts.column("predicted_mean"), texts.column("actual_mean")
    colour = series("said", list(said))
    shape = altair.Shape("said:N", scale=altair.Scale(domain=list(said)), legend=colour["legend"])
    across = altair.Scale(zero=False)
    points = (
        base.transform_fold(["predicted_mean", "actual_mean"], as_=["which", "mean"])
        .transform_calculate(said=f"datum.which == 'predicted_mean' ? '{said[0]}' : '{said[1]}'")
        .mark_point(filled=True, size=80)
        .encode(x=altair.X("mean:Q", title=None, scale=across), color=colour, shape=shape)
    )
    lines = base.mark_rule(color=QUIET, strokeWidth=2).encode(
        x=altair.X("predicted_mean:Q", scale=across), x2="actual_mean:Q"
    )
    return altair.LayerChart(layer=[lines, points])


def drift(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """How far columns have moved, with a tick from where on that is drift."""
    order = [texts.value("drift_status", status) for status in ("ok", "watch", "drifted", "too_few")]
    rows = named(frame, "status", texts, "drift_status")
    base = altair.Chart(rows, height=rows_height(len(rows), has_legend=True)).encode(
        y=named_rows(rows, "column_name"),
        tooltip=told(
            texts,
            numbers,
            column_name="text",
            psi="ratio",
            watch_from="ratio",
            drifted_from="ratio",
            status="text",
            reference_date="day",
        ),
    )
    colour = altair.Color(
        "status:N",
        scale=altair.Scale(domain=order, range=[MAIN, YELLOW, BAD, GREY]),
        legend=altair.Legend(title=None, orient="top"),
    )
    moved = base.mark_bar(size=12).encode(x=altair.X("psi:Q", title="PSI"), color=colour)
    return altair.LayerChart(
        layer=[moved, base.mark_tick(color=OTHER, thickness=2, size=18).encode(x="drifted_from:Q")]
    )
