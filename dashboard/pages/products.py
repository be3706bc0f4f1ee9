"""Products and offers: what sells and what falls, what goes together, what to offer, and whom to contact."""

from __future__ import annotations

from collections.abc import Callable

import pandas
import streamlit as st

from dashboard.base.plain_text import plain_text
from dashboard.base.texts import Texts
from dashboard.chart import show_chart
from dashboard.charts import products as charts
from dashboard.download import offer_csv
from dashboard.picture import heading, show_behind, show_picture, show_rows, title_of
from dashboard.table import show_table
from dashboard.tiles import show_tiles
from dashboard.view import View

_SENTENCE_COLUMNS = ("sentence", "later_confidence_share", "lift", "joint_basket_count")


def show(view: View) -> None:
    """Lay out the page."""
    if not show_tiles(view, "products/standing"):
        return
    _show_sold(view)
    _show_rules(view)
    _show_recommended(view)
    show_picture(view, "products/reasons", charts.reasons)
    _show_uplift(view)
    show_picture(view, "products/funnel", charts.funnel)
    show_rows(view, "products/chosen")


def _show_sold(view: View) -> None:
    kind = st.segmented_control(
        view.texts("products.which_sold"),
        ["best", "fallen", "risen"],
        default="best",
        required=True,
        format_func=lambda name: view.texts(f"products.sold_kinds.{name}"),
        key="sold",
        bind="query-params",
    )
    show_picture(view, "products/sold", charts.best if kind == "best" else charts.moved, kind=kind)


def _show_rules(view: View) -> None:
    choices = view.ask("products/rule_choices")
    left, right = st.columns(2)
    segment, period = "all customers", "whole history"
    if not choices.empty:
        segments = choices["segment_name"].unique().tolist()
        with left:
            segment = st.selectbox(
                view.texts("products.of_segment"), segments, format_func=_of(view.texts, "rule_segment"), key="of"
            )
        periods = choices.loc[choices["segment_name"] == segment, "period_name"].tolist()
        with right:
            period = st.selectbox(
                view.texts("products.in_period"), periods, format_func=_of(view.texts, "period_name"), key="in"
            )
    values = {"segment": segment, "period": period}
    frame = heading(view, "products/rules", **values)
    if frame.empty:
        return
    rows = frame.assign(sentence=sentences(frame, view.texts))[list(_SENTENCE_COLUMNS)]
    show_table(rows, view.texts, view.numbers, key="rules", alt=title_of(view, "products/rules"))
    offer_csv(view, frame, "products/rules")
    show_behind(view, "products/rules", frame, **values)


def sentences(frame: pandas.DataFrame, texts: Texts) -> list[str]:
    """Return what each rule says, to be read."""
    return [
        texts("products.sentence", antecedent=before, consequent=after, percent=f"{100 * share:.0f}")
        for before, after, share in zip(
            frame["antecedent_product_names"], frame["consequent_product_name"], frame["confidence_share"], strict=True
        )
    ]


def _show_recommended(view: View) -> None:
    frame = heading(view, "products/recommended")
    if frame.empty:
        return
    lists = frame["list_name"].unique().tolist()
    for place, name in zip(st.columns(len(lists), gap="large"), lists, strict=True):
        with place:
            st.markdown(f"**{plain_text(view.texts.value('list_name', name))}**")
            chart = charts.recommended(frame[frame["list_name"] == name], view.texts, view.numbers)
            show_chart(chart, key=f"recommended/{name}", alt=view.texts("products.recommended.title"))
    show_behind(view, "products/recommended", frame)


def _show_uplift(view: View) -> None:
    show_picture(view, "products/uplift", charts.uplift)
    frame = view.ask("products/uplift")
    if frame.empty:
        return
    write = view.numbers
    words = view.texts(
        "products.policy",
        contacted=write.count(frame["contacted_count"].sum()),
        customers=write.count(frame["customer_count"].sum()),
        profit=write.amount(frame["policy_profit_amount"].sum()),
        everybody=write.amount(frame["expected_profit_amount"].sum()),
    )
    st.info(words, icon=":material/campaign:")


def _of(texts: Texts, kind: str) -> Callable[[str], str]:
    return lambda name: texts.value(kind, name)
