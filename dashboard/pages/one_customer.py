"""One customer: what is known, what is expected, what to do and why, and what happened until now."""

from __future__ import annotations

import streamlit as st

from dashboard.base.plain_text import plain_text
from dashboard.charts import one_customer as charts
from dashboard.customer_head import show_head
from dashboard.moving import to_page
from dashboard.picture import heading, show_picture, show_rows, show_sql, title_of
from dashboard.table import show_table
from dashboard.view import View

_LONGEST_ID = 200
_LINES = 5


def show(view: View) -> None:
    """Lay out the page."""
    customer = st.text_input(
        view.texts("one_customer.search"),
        key="customer",
        max_chars=_LONGEST_ID,
        placeholder=view.texts("one_customer.search_hint"),
        bind="query-params",
    )
    wanted = (customer or "").strip()
    if not wanted:
        _show_examples(view)
        return
    found = view.ask("one_customer/head", customer=wanted)
    if found.empty:
        _say_unknown(view, wanted)
        _show_examples(view)
        return
    show_head(view, {str(name): value for name, value in found.iloc[0].items()})
    _show_history(view, wanted)


def _show_history(view: View, customer: str) -> None:
    show_picture(view, "one_customer/timeline", charts.timeline, customer=customer)
    show_picture(view, "one_customer/months", charts.buying, customer=customer)
    if len(view.ask("one_customer/scores", customer=customer)) > 1:
        show_picture(view, "one_customer/scores", charts.risk_over_time, customer=customer)
    else:
        show_rows(view, "one_customer/scores", _LINES, customer=customer)
    show_rows(view, "one_customer/recommendations", 2, customer=customer)
    if not view.ask("one_customer/contracts", customer=customer).empty:
        show_rows(view, "one_customer/contracts", _LINES, customer=customer)


def _say_unknown(view: View, customer: str) -> None:
    """Say that no customer has the id; or under which one it is kept now."""
    merged = view.ask("one_customer/merged", customer=customer)
    if merged.empty:
        st.warning(view.texts("one_customer.unknown", customer=plain_text(customer)), icon=":material/person_off:")
    else:
        st.info(
            view.texts(
                "one_customer.kept_as",
                customer=plain_text(customer),
                kept_as=plain_text(merged["customer_id"].iloc[0]),
            ),
            icon=":material/merge:",
        )


def _show_examples(view: View) -> None:
    question = "one_customer/examples"
    frame = heading(view, question)
    if frame.empty:
        return
    alt = title_of(view, question)
    chosen = show_table(frame, view.texts, view.numbers, key=question, alt=alt, choose=True)
    if chosen is not None:
        to_page("one_customer", customer=frame["customer_id"].iloc[chosen])
    show_sql(view, question)
