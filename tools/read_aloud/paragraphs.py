"""A row of `marts.customer_360` in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from warehouse.base.markdown import plain

Customer = dict[str, Any]


def paragraph(customer: Customer) -> str:
    """The customer in sentences; what is not known is left out.

    >>> nobody = {"customer_id": "C1", "order_count": 0, "segment_name": "Without a purchase"}
    >>> advised = {"next_best_action": "do_not_contact", "next_best_action_reason": "no consent known"}
    >>> paragraph(nobody | advised | {"is_segment_name_true": True})
    '**C1** has no purchase. Segment: Without a purchase. Action: do_not_contact (no consent known).'
    """
    sentences = (_history(customer), _segment(customer), *_scores(customer), _action(customer))
    return " ".join(sentence for sentence in sentences if sentence)


def _history(customer: Customer) -> str:
    who, orders = f"**{plain(customer['customer_id'])}**", customer["order_count"]
    if orders == 0:
        return f"{who} has no purchase."
    amount, silent = f"{customer['net_amount']:,.2f} net", f"{customer['days_since_last_order']} days ago"
    overdue = ", overdue" if customer["is_overdue"] else ""
    if orders == 1:
        return f"{who} has bought once, for {amount}, {silent}{overdue}."
    rhythm = customer["mean_order_gap_days"]
    every = "on one day" if rhythm is None else f"every {rhythm:.0f} days on average"
    return (
        f"{who} has bought {orders} times since {customer['first_order_date']} for {amount}, {every}; "
        f"the last time {silent}{overdue}."
    )


def _segment(customer: Customer) -> str:
    if customer["segment_name"] is None:
        return ""
    but = "" if customer["is_segment_name_true"] is not False else " (not true of this member)"
    return f"Segment: {plain(customer['segment_name'])}{but}."


def _scores(customer: Customer) -> Iterator[str]:
    if customer.get("churn_probability") is not None:
        yield (
            f"No purchase within {customer['churn_horizon_days']} days: {customer['churn_probability']:.2f} "
            f"({customer['churn_risk_band']}; {plain(customer['churn_reasons'] or 'no reasons')})."
        )
    if customer.get("predicted_amount") is not None:
        orders, alive = customer["expected_order_count"], customer["alive_probability"]
        in_orders = "" if orders is None else f" in {orders:.2f} orders"
        still = "" if alive is None else f"; still a customer at all: {alive:.2f}"
        yield (
            f"Expected in {customer['clv_horizon_days']} days: {customer['predicted_amount']:,.2f}{in_orders}, "
            f"{customer['value_at_stake_amount']:,.2f} if they stay (tier {customer['value_tier']}){still}."
        )
    if customer.get("expected_loss_amount") is not None:
        yield f"Expected loss: {customer['expected_loss_amount']:,.2f}."
    if customer.get("subscription_churn_risk_band") is not None:
        yield f"A running contract is at {customer['subscription_churn_risk_band']} risk."


def _action(customer: Customer) -> str:
    action, reason = customer["next_best_action"], plain(customer["next_best_action_reason"])
    otherwise = customer.get("next_best_action_with_consent")
    instead = "" if otherwise in (None, action) else f"; with consent: {otherwise}"
    return f"Action: {action} ({reason}{instead})."
