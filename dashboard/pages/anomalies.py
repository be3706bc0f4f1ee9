"""Anomalies: what looks wrong, what hangs on it, what people said of it, and how to say something."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import pandas
import streamlit as st

from dashboard.base.plain_text import plain_text
from dashboard.charts import anomalies as charts
from dashboard.download import offer_csv
from dashboard.picture import heading, show_behind, show_picture, title_of
from dashboard.table import show_table
from dashboard.tiles import show_tiles
from dashboard.view import View

_STATES = ("new", "confirmed", "dismissed")
_HEAD = "source,subject_type,subject_id,customer_id,state,decided_by,decided_on,reason"


def show(view: View) -> None:
    """Lay out the page."""
    if not show_tiles(view, "anomalies/standing"):
        return
    _show_list(view)
    show_picture(view, "anomalies/kinds", charts.kinds)
    show_picture(view, "anomalies/months", charts.by_month)


def _show_list(view: View) -> None:
    texts = view.texts
    states = st.pills(
        texts("anomalies.states"),
        _STATES,
        selection_mode="multi",
        default=["new", "confirmed"],
        format_func=lambda state: texts.value("anomaly_state", state),
        key="states",
    )
    chosen = tuple(state for state in _STATES if state in states) or _STATES
    frame = heading(view, "anomalies/listed", states=chosen)
    if frame.empty:
        return
    rows = frame.assign(state=frame["state"].map(lambda state: texts.value("anomaly_state", state)))
    show_table(rows, texts, view.numbers, key="anomalies", alt=title_of(view, "anomalies/listed"))
    offer_csv(view, frame, "anomalies/listed")
    _show_one(view, frame)
    show_behind(view, "anomalies/listed", frame, states=chosen)


def _show_one(view: View, frame: pandas.DataFrame) -> None:
    """One of them: its reasons in full, the customer, and the line that says what it is."""
    texts, rows = view.texts, frame.to_dict("records")
    place = st.selectbox(
        texts("anomalies.look_at"), range(len(rows)), format_func=lambda index: _name(view, rows[index]), key="one"
    )
    row = rows[place]
    with st.container(border=True):
        st.markdown(f"**{plain_text(_name(view, row))}**")
        st.markdown(plain_text(row["anomaly_reasons"]))
        if isinstance(row["customer_id"], str):
            address = f"/one_customer?customer={quote(row['customer_id'], safe='')}"
            st.link_button(texts("anomalies.to_customer"), address, icon=":material/person_search:")
        state = st.radio(
            texts("anomalies.say"),
            ["confirmed", "dismissed"],
            horizontal=True,
            format_func=lambda name: texts.value("anomaly_state", name),
            key="say",
        )
        st.caption(texts("anomalies.how"))
        st.code(f"{_HEAD}\n{state_line(view.version.source, row, state, datetime.now(UTC).date())}", language=None)


def _name(view: View, row: dict[Any, Any]) -> str:
    kind = view.texts.value("subject_type", row["subject_type"])
    rank = "" if pandas.isna(row["anomaly_rank"]) else f"{int(row['anomaly_rank'])} · "
    return f"{rank}{kind} {row['subject_id']} · {view.numbers.written(row['amount_at_stake'], 'amount')}"


def state_line(source: str, row: dict[Any, Any], state: str, day: date) -> str:
    """Return the line of `anomaly_states.csv` that sets a state, with a place for who decided and why.

    Ids are written as they are, quoted where CSV asks for it: the pipeline must find them again.
    """
    customer = row["customer_id"] if isinstance(row["customer_id"], str) else ""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(
        [source, row["subject_type"], row["subject_id"], customer, state, "YOUR NAME", day.isoformat(), "WHY"]
    )
    return line.getvalue()
