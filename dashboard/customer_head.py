"""What stands at the head of one customer's page: what to do and why, figures, and who this is."""

from __future__ import annotations

from typing import Any

import pandas
import streamlit as st

from dashboard.base.plain_text import plain_text
from dashboard.view import View

_FACTS = (
    "stage",
    "rfm_segment_name",
    "country",
    "acquisition_channel",
    "first_order_date",
    "last_order_date",
    "mean_order_gap_days",
    "average_order_amount",
    "return_share",
    "last_feedback_sentiment",
    "learned_action",
)


def show_head(view: View, row: dict[str, Any]) -> None:
    """Show what is known of a customer, as a row of the question ``one_customer/head``."""
    _show_advice(view, row)
    places = st.columns(4, gap="small")
    for place, tile in zip(places, _tiles(view, row), strict=True):
        with place:
            st.metric(**tile, delta_color="gray", delta_arrow="off", border=True, height="stretch")
    left, right = st.columns(2, gap="large")
    with left:
        st.header(view.texts("one_customer.who"), anchor=False)
        st.markdown(_facts(view, row))
    with right:
        st.header(view.texts("one_customer.why"), anchor=False)
        st.markdown(_reasons(view, row))


def _show_advice(view: View, row: dict[str, Any]) -> None:
    """Say what to do and why; who may not be contacted is not to be, whatever would be best."""
    action = plain_text(view.texts.value("next_best_action", row["next_best_action"]))
    words = (
        f"**{action}**: {plain_text(row['next_best_action_reason'])}"
        if _known(row["next_best_action_reason"])
        else f"**{action}**"
    )
    if row["may_be_contacted"]:
        st.info(words, icon=":material/checklist:")
        return
    instead = row["next_best_action_with_consent"]
    if _known(instead):
        name = plain_text(view.texts.value("next_best_action", instead))
        words += f"  \n{view.texts('one_customer.with_consent', action=name)}"
    st.warning(words, icon=":material/block:")


def _tiles(view: View, row: dict[str, Any]) -> list[dict[str, Any]]:
    texts, write = view.texts, view.numbers
    band, date = row["churn_risk_band"], row["expected_next_order_date"]
    figures = [
        ("bought", write.written(row["net_amount"], "amount"), texts("one_customer.orders", count=_count(view, row))),
        (
            "expected",
            write.written(row["predicted_amount"], "amount"),
            write.interval(row["predicted_lower_amount"], row["predicted_upper_amount"], "amount"),
        ),
        (
            "risk",
            write.written(row["churn_probability"], "share"),
            texts.value("churn_risk_band", band) if _known(band) else "",
        ),
        ("next_order", write.day(date) if _known(date) else write.written(None, ""), _next_order_days(view, row)),
    ]
    notes = {
        "expected": row["clv_reason"],
        "risk": row["churn_reason"],
        "next_order": row["next_order_reason"],
    }
    return [
        {
            "label": texts(f"one_customer.tiles.{name}", days=_horizon(view, row, name)),
            "value": plain_text(value),
            "delta": plain_text(about) or None,
            "help": plain_text(notes[name]) if _known(notes.get(name)) else texts(f"one_customer.tiles.{name}_help"),
        }
        for name, value, about in figures
    ]


def _horizon(view: View, row: dict[str, Any], tile: str) -> str:
    column = {"expected": "clv_horizon_days", "risk": "churn_horizon_days"}.get(tile, "next_order_horizon_days")
    return view.numbers.written(row[column], "count")


def _count(view: View, row: dict[str, Any]) -> str:
    return view.numbers.written(row["order_count"], "count")


def _next_order_days(view: View, row: dict[str, Any]) -> str:
    first, last = row["earliest_next_order_date"], row["latest_next_order_date"]
    return f"{_short(view, first)} … {_short(view, last)}" if _known(first) and _known(last) else ""


def _short(view: View, day: Any) -> str:
    """Return a day without its year: there is little room in a tile."""
    return f"{day.month}月{day.day}日" if view.texts.language == "zh" else f"{day:%-d %b}"


def _facts(view: View, row: dict[str, Any]) -> str:
    lines = [("segment_name", row["segment_name"])] + [(name, row[name]) for name in _FACTS]
    return "\n".join(
        f"- {plain_text(view.texts.column(name))}: **{plain_text(_written(view, name, value))}**"
        for name, value in lines
        if _known(value)
    )


def _written(view: View, name: str, value: Any) -> str:
    if name.endswith("_date"):
        return view.numbers.day(value)
    if name.endswith("_amount"):
        return view.numbers.amount(value)
    if name.endswith("_share"):
        return view.numbers.share(value)
    if isinstance(value, float):
        return view.numbers.count(value)
    return view.texts.value(name, value)


def _reasons(view: View, row: dict[str, Any]) -> str:
    """The sentences of the models, as they are published, one a line."""
    sentences = [part for part in str(row["churn_reasons"]).split("; ") if _known(row["churn_reasons"])]
    sentences += [
        f"{row[f'{kind}_product_name']}: {row[f'{kind}_product_reason']}"
        for kind in ("recommended", "new")
        if _known(row[f"{kind}_product_name"])
    ]
    sentences += [
        row[name]
        for name in ("subscription_churn_reason", "churn_reason", "ineligible_reason", "anomaly_reasons")
        if _known(row[name])
    ]
    return "\n".join(f"- {plain_text(sentence)}" for sentence in dict.fromkeys(sentences)) or view.texts(
        "one_customer.no_reasons"
    )


def _known(value: Any) -> bool:
    return value is not None and not pandas.isna(value) and value != ""
