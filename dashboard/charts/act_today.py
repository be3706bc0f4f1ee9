"""The pictures of the page of what to do today."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import MAIN, QUIET
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.parts import figure, named, told

_ROW_PIXELS, _AROUND_PIXELS, _ROOM_FOR_WORDS = 28, 110, 1.35


def actions(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """How many customers each action is for; who may not be contacted is grey, and the money stands at the end."""
    rows = named(named(frame, "next_best_action", texts), "may_be_contacted", texts)
    sums = _sums(rows, texts, numbers)
    order = list(dict.fromkeys(rows["next_best_action"]))
    yes, no = (texts.value("may_be_contacted", value) for value in (True, False))
    down = altair.Y("next_best_action:N", sort=order, title=None, axis=altair.Axis(labelLimit=240))
    bars = (
        altair.Chart(rows)
        .mark_bar()
        .encode(
            y=down,
            x=figure(
                "customer_count",
                "count",
                texts.column("customer_count"),
                altair.X,
                scale=altair.Scale(domain=[0, _ROOM_FOR_WORDS * max(sums["customer_count"])]),
            ),
            color=altair.Color(
                "may_be_contacted:N",
                scale=altair.Scale(domain=[yes, no], range=[MAIN, QUIET]),
                legend=altair.Legend(title=None, orient="top", labelLimit=300),
            ),
            order=altair.Order("may_be_contacted_first:Q"),
            tooltip=told(
                texts,
                numbers,
                next_best_action="text",
                may_be_contacted="text",
                customer_count="count",
                value_at_stake_amount="amount",
                expected_loss_amount="amount",
            ),
        )
    )
    bars.data = rows.assign(may_be_contacted_first=(rows["may_be_contacted"] != yes).astype(int))
    words = (
        altair.Chart(sums)
        .mark_text(align="left", dx=6, color=QUIET)
        .encode(y=down, x=altair.X("customer_count:Q"), text="words:N")
    )
    return altair.LayerChart(layer=[bars, words], height=_AROUND_PIXELS + _ROW_PIXELS * len(order))


def _sums(rows: pandas.DataFrame, texts: Texts, numbers: Numbers) -> pandas.DataFrame:
    """Return a row an action: how many customers, and what of their money is likely to be lost, in words."""
    sums = rows.groupby("next_best_action", sort=False, as_index=False).agg(
        customer_count=("customer_count", "sum"),
        expected_loss_amount=("expected_loss_amount", lambda amounts: amounts.sum(min_count=1)),
    )
    words = [
        _in_words(float(count), float(loss), texts, numbers)
        for count, loss in zip(sums["customer_count"], sums["expected_loss_amount"], strict=True)
    ]
    return sums.assign(words=words)


def _in_words(count: float, loss: float, texts: Texts, numbers: Numbers) -> str:
    if pandas.isna(loss):
        return numbers.count(count)
    return texts("act_today.actions.at_the_end", count=numbers.count(count), loss=numbers.amount(loss))
