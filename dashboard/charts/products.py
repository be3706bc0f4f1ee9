"""The pictures of the page on products and offers."""

from __future__ import annotations

import altair
import pandas

from dashboard.base.colours import BAD, GOOD, MAIN, OTHER, QUIET
from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts.forms import bars, named_rows, rows_height
from dashboard.charts.parts import HEIGHT, figure, named, series, told

_REASONS = ("bought_with", "buys_again", "similar_product", "similar_customers", "popular")


def best(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """The bestsellers, with a tick where they stood a year before."""
    rows = _told_apart(frame)
    tips = _sold_tips(texts, numbers)
    drawn = bars(rows, "product_name", "net_amount", "amount", title=numbers.currency or None, tips=tips)
    before = (
        altair.Chart(rows)
        .mark_tick(thickness=3, size=18, color=OTHER)
        .encode(y=named_rows(rows, "product_name"), x="net_amount_before:Q", tooltip=tips)
    )
    return altair.LayerChart(layer=[drawn, before])


def moved(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """By how much products rose or fell against the year before."""
    rows = _told_apart(frame)
    tips = _sold_tips(texts, numbers)
    drawn = bars(rows, "product_name", "change_amount", "amount", title=numbers.currency or None, tips=tips)
    return drawn.encode(color=altair.condition("datum.change_amount > 0", altair.value(GOOD), altair.value(BAD)))


def recommended(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """What is offered first to the most customers."""
    tips = told(
        texts,
        numbers,
        product_name="text",
        category="text",
        first_place_count="count",
        customer_count="count",
        contactable_customer_count="count",
    )
    rows = _told_apart(frame)
    return bars(rows, "product_name", "first_place_count", "count", title=texts.column("first_place_count"), tips=tips)


def reasons(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """Why products are on each list."""
    rows = named(named(named(frame, "list_name", texts), "reason_code", texts), "computed_by", texts)
    order = [texts.value("reason_code", code) for code in _REASONS]
    return (
        altair.Chart(rows, height=210)
        .mark_bar(size=30)
        .encode(
            y=altair.Y("list_name:N", title=None, axis=altair.Axis(labelOverlap=False)),
            x=figure("place_share", "share", None, altair.X, stack=True),
            color=series("reason_code", order),
            tooltip=told(
                texts,
                numbers,
                list_name="text",
                reason_code="text",
                computed_by="text",
                place_count="count",
                place_share="share",
            ),
        )
    )


def uplift(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.Chart:
    """What contacting a tenth of the customers is expected to bring, beyond its costs."""
    return (
        altair.Chart(frame, height=HEIGHT)
        .mark_bar(size=34)
        .encode(
            x=altair.X("uplift_decile:O", title=texts.column("uplift_decile"), axis=altair.Axis(labelAngle=0)),
            y=figure("expected_profit_amount", "amount", numbers.currency or None),
            color=altair.condition("datum.expected_profit_amount > 0", altair.value(MAIN), altair.value(QUIET)),
            tooltip=told(
                texts,
                numbers,
                uplift_decile="count",
                customer_count="count",
                uplift_probability="share",
                expected_profit_amount="amount",
                contact_cost_amount="amount",
                contacted_count="count",
                policy_profit_amount="amount",
            ),
        )
    )


def funnel(frame: pandas.DataFrame, texts: Texts, numbers: Numbers) -> altair.LayerChart:
    """Of visits to a product page, how many end in a basket and in a purchase, by category."""
    said = texts.column("basket_share"), texts.column("buying_share")
    tips = told(
        texts,
        numbers,
        category="text",
        viewing_session_count="count",
        basket_session_count="count",
        buying_session_count="count",
        basket_share="share",
        buying_share="share",
    )
    base = altair.Chart(frame, height=rows_height(len(frame), has_legend=True)).encode(
        y=named_rows(frame, "category"), tooltip=tips
    )
    lines = base.mark_rule(color=QUIET, strokeWidth=2).encode(
        x=figure("buying_share", "share", None, altair.X), x2="basket_share:Q"
    )
    points = (
        base.transform_fold(["basket_share", "buying_share"], as_=["which", "share"])
        .transform_calculate(said=f"datum.which == 'basket_share' ? '{said[0]}' : '{said[1]}'")
        .mark_point(filled=True, size=80, opacity=1)
        .encode(x="share:Q", color=series("said", list(said)))
    )
    return altair.LayerChart(layer=[lines, points])


def _sold_tips(texts: Texts, numbers: Numbers) -> list[altair.Tooltip]:
    return told(
        texts,
        numbers,
        product_name="text",
        category="text",
        net_amount="amount",
        net_amount_before="amount",
        change_amount="amount",
        customer_count="count",
    )


def _told_apart(frame: pandas.DataFrame) -> pandas.DataFrame:
    """Two products of one name get their codes behind it: a picture would add them up."""
    twice = frame["product_name"].duplicated(keep=False)
    names = frame["product_name"].where(~twice, frame["product_name"] + " · " + frame["product_code"])
    return frame.assign(product_name=names)
