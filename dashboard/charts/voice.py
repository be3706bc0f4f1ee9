"""The pictures of the page on what customers say."""

from __future__ import annotations

from typing import Any

import altair
import pandas

from dashboard.base.colours import MAIN
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import intervals
from dashboard.charts.parts import HEIGHT, figure, months, named, told


def by_month(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """The share that complains, by month, in its interval; a month that is not over is pale."""
    tips = told(
        texts,
        numbers,
        month="month",
        negative_share="share",
        lower_negative_share="share",
        upper_negative_share="share",
        negative_count="count",
        text_count="count",
    )
    base = altair.Chart(frame, height=HEIGHT).encode(x=months(texts), tooltip=tips)
    band = base.mark_area(color=MAIN, opacity=0.2).encode(
        y=figure("lower_negative_share", "share", None), y2="upper_negative_share:Q"
    )
    line = base.mark_line(color=MAIN).encode(y="negative_share:Q")
    points = base.mark_point(color=MAIN, filled=True, size=45).encode(
        y="negative_share:Q",
        opacity=altair.condition("datum.is_complete_month", altair.value(1.0), altair.value(0.4)),
    )
    return altair.LayerChart(layer=[band, line, points])


def left_after(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Who left after complaining, by theme; the tick is everybody who did not complain of it."""
    return intervals(
        frame,
        texts,
        numbers,
        name="theme_name",
        value="left_share",
        unit="share",
        bounds=("lower_left_share", "upper_left_share"),
        reference="left_share_of_others",
        told_of={
            "theme_name": "text",
            "complaining_customer_count": "count",
            "left_share": "share",
            "lower_left_share": "share",
            "upper_left_share": "share",
            "left_share_of_others": "share",
            "left_p_value": "ratio",
        },
    )


def nps(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """The net promoter score in its interval."""
    return intervals(
        frame,
        texts,
        numbers,
        name="cut_value",
        value="nps_points",
        unit="points",
        bounds=("lower_nps_points", "upper_nps_points"),
        title=texts.column("nps_points"),
        told_of={
            "cut_value": "text",
            "nps_points": "points",
            "lower_nps_points": "points",
            "upper_nps_points": "points",
            "answer_count": "count",
            "response_share": "share",
        },
    )


def satisfaction(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Who left, by what they had answered."""
    answers = named(frame, "answer", texts)["answer"]
    labels = [
        f"{texts.value('measure', measure)} · {answer}"
        for measure, answer in zip(frame["measure"], answers, strict=True)
    ]
    return intervals(
        frame.assign(label=labels),
        texts,
        numbers,
        name="label",
        value="churn_share",
        unit="share",
        bounds=("lower_churn_share", "upper_churn_share"),
        told_of={
            "label": "text",
            "churn_share": "share",
            "lower_churn_share": "share",
            "upper_churn_share": "share",
            "answer_count": "count",
            "customer_count": "count",
        },
    )
