"""The pictures of the page Contracts."""

from __future__ import annotations

from typing import Any

import altair
import pandas

from dashboard.base.colours import BAD, BLUE, GREY, MAIN, ORANGE, PINK, TEAL, VIOLET, YELLOW
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import by_month, cohort_map, stacked_by_month
from dashboard.charts.parts import HEIGHT, figure, in_columns, named, told

_MOVEMENTS = {"new": BLUE, "reactivated": TEAL, "expansion": VIOLET, "contraction": PINK, "churned": ORANGE}
_BANDS = {"high": BAD, "medium": YELLOW, "low": MAIN, "not_scored": GREY}


def movements(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """What moved recurring revenue, gains above the line and losses below; a month that is not over is pale."""
    return stacked_by_month(
        frame,
        texts,
        numbers,
        y="movement_mrr_amount",
        unit="amount",
        title=numbers.currency or None,
        height=HEIGHT + 30,
        by="movement",
        order=tuple(_MOVEMENTS),
        colour=_colours("movement", _MOVEMENTS, texts),
        told_of={"closing_mrr_amount": "amount"},
    )


def rates(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Recurring revenue that stayed over twelve months, net and gross."""
    return by_month(
        named(frame, "retention_kind", texts),
        texts,
        numbers,
        y="retention_share",
        unit="share",
        by="retention_kind",
        order=[texts.value("retention_kind", kind) for kind in ("net", "gross")],
        told_of={"month": "month", "retention_kind": "text", "retention_share": "share", "logo_churn_share": "share"},
    )


def plans(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Recurring revenue of each plan over the months."""
    return by_month(
        frame,
        texts,
        numbers,
        y="closing_mrr_amount",
        unit="amount",
        title=numbers.currency or None,
        by="plan_name",
        told_of={"month": "month", "plan_name": "text", "closing_mrr_amount": "amount", "contract_count": "count"},
    )


def survival(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Contracts of each cohort that still run."""
    return cohort_map(
        frame,
        texts,
        numbers,
        age="months_since_start",
        share="retention_share",
        retained_subscription_count="count",
        cohort_subscription_count="count",
    )


def ending(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> Any:
    """Monthly amount by the months to the end of the term, stacked by risk."""
    return (
        altair.Chart(named(frame, "churn_risk_band", texts), height=HEIGHT)
        .mark_bar()
        .encode(
            x=altair.X(
                "months_to_end_of_term:O", title=texts.column("months_to_end_of_term"), axis=altair.Axis(labelAngle=0)
            ),
            y=figure("monthly_amount", "amount", numbers.currency or None),
            color=_colours("churn_risk_band", _BANDS, texts),
            tooltip=told(
                texts,
                numbers,
                months_to_end_of_term="count",
                churn_risk_band="text",
                contract_count="count",
                monthly_amount="amount",
                expected_monthly_loss_amount="amount",
            ),
        )
    )


def _colours(column: str, colours: dict[str, str], texts: Texts) -> altair.Color:
    names = [texts.value(column, name) for name in colours]
    legend = altair.Legend(title=None, orient="top", columns=in_columns(5))
    return altair.Color(f"{column}:N", scale=altair.Scale(domain=names, range=list(colours.values())), legend=legend)
