"""Act today: which action for which customers, why, who may be contacted, and lists to hand on."""

from __future__ import annotations

import pandas
import streamlit as st

from dashboard.base.plain_text import plain_text
from dashboard.chart import show_chart
from dashboard.charts import act_today as charts
from dashboard.download import offer_csv
from dashboard.moving import to_page
from dashboard.picture import heading, show_behind, show_rows, show_sql, title_of
from dashboard.table import show_table
from dashboard.view import View

_WAITING = ("keep_in_touch", "no_action")
_ROWS_SHOWN, _ROWS_HANDED_OUT = 300, 200_000
_LINES = 5


def show(view: View) -> None:
    """Lay out the page."""
    question = "act_today/actions"
    rows = view.ask(question)
    _show_tiles(view, rows)
    if heading(view, question).empty:
        return
    show_chart(charts.actions(rows, view.texts, view.numbers), key=question, alt=view.texts("act_today.actions.title"))
    show_behind(view, question, rows)
    _show_list(view, rows)
    left, right = st.columns([2, 3], gap="large")
    with left:
        show_rows(view, "act_today/consent")
    with right:
        show_rows(view, "act_today/audiences", 3)


def _show_tiles(view: View, rows: pandas.DataFrame) -> None:
    """Say in figures what waits, and what comes first."""
    if rows.empty:
        return
    texts, write = view.texts, view.numbers
    open_now = rows[rows["may_be_contacted"] & ~rows["next_best_action"].isin(_WAITING)]
    closed = rows[~rows["may_be_contacted"]]
    tiles = [
        ("to_contact", write.count(open_now["customer_count"].sum())),
        ("at_stake", write.written(open_now["value_at_stake_amount"].sum(min_count=1), "amount")),
        ("expected_loss", write.written(open_now["expected_loss_amount"].sum(min_count=1), "amount")),
        ("not_contacted", write.count(closed["customer_count"].sum())),
    ]
    for place, (name, value) in zip(st.columns(len(tiles), gap="small"), tiles, strict=True):
        label, about = texts(f"act_today.tiles.{name}"), texts(f"act_today.tiles.{name}_help")
        place.metric(label, value, help=about, border=True, height="stretch")
    st.markdown(_first_words(view, open_now))


def _first_words(view: View, open_now: pandas.DataFrame) -> str:
    if open_now.empty:
        return view.texts("act_today.nobody")
    first = open_now.iloc[0]
    action = view.texts.value("next_best_action", first["next_best_action"])
    count = view.numbers.count(first["customer_count"])
    if pandas.isna(first["expected_loss_amount"]):
        return view.texts("act_today.first_without_money", action=plain_text(action), count=count)
    return view.texts(
        "act_today.first",
        action=plain_text(action),
        count=count,
        stake=plain_text(view.numbers.amount(first["value_at_stake_amount"])),
        loss=plain_text(view.numbers.amount(first["expected_loss_amount"])),
    )


def _show_list(view: View, rows: pandas.DataFrame) -> None:
    """Let the reader choose an action; show, hand out, and open its customers."""
    question, texts = "act_today/list", view.texts
    counts = rows[rows["may_be_contacted"]].set_index("next_best_action")["customer_count"]
    if counts.empty:
        return
    st.header(texts("act_today.list.title"), anchor="list")
    action = st.pills(
        texts("act_today.list.choose"),
        list(counts.index),
        default=counts.index[0],
        format_func=lambda name: f"{plain_text(texts.value('next_best_action', name))} · {counts[name]:,}",
        key="action",
        required=True,
    )
    st.caption(texts("act_today.list.note"))
    frame = view.ask(question, action=action, row_count=_ROWS_SHOWN)
    if len(frame) < counts[action]:
        st.caption(texts("act_today.list.first_rows", shown=view.numbers.count(len(frame))))
    chosen = show_table(
        frame.dropna(axis="columns", how="all"),
        texts,
        view.numbers,
        key=f"{question}/{action}",
        alt=title_of(view, question),
        lines=_LINES,
        choose=True,
    )
    if chosen is not None:
        to_page("one_customer", customer=frame["customer_id"].iloc[chosen])
    offer_csv(view, lambda: view.ask(question, action=action, row_count=_ROWS_HANDED_OUT), f"act_today/{action}")
    show_sql(view, question, action=action, row_count=_ROWS_SHOWN)
