"""Attribution against a ledger in plain Python, in cents."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

import pytest
from dbt_build_file import AS_OF_DATE, BuildFile

MODELS = ("first_touch", "last_touch", "linear", "position_based", "time_decay", "removal_effect")


@pytest.fixture(scope="module")
def contacts(built_shop: BuildFile) -> dict[str, list[tuple]]:
    """(when, kind, campaign, channel) of each customer's contacts, in order of time."""
    found: dict[str, list[tuple]] = defaultdict(list)
    for customer, campaign, channel, at in built_shop.query(
        "select t.customer_id, campaign_id, coalesce(campaign_channel, 'unknown'), touched_at "
        "from staging.stg_campaign_touches as t join staging.stg_campaigns using (campaign_id) "
        f"where not is_control and touched_at < '{AS_OF_DATE}'"
    ):
        found[customer].append((at, "campaign", campaign, channel))
    for customer, channel, registered_at, first_at in built_shop.query(
        "select c.customer_id, acquisition_channel, registered_at, min(ordered_at) from marts.dim_customers as c "
        "left join marts.fct_orders as o on o.customer_id = c.customer_id and is_purchase group by all"
    ):
        moments = [moment for moment in (registered_at, first_at) if moment]
        if channel and moments:
            found[customer].append((min(moments), "acquisition", "", channel))
    return {customer: sorted(several) for customer, several in found.items()}


@pytest.fixture(scope="module")
def journeys(built_shop: BuildFile, contacts) -> dict[str, list[tuple]]:
    """The contacts of each purchase."""
    orders = built_shop.query("select order_id, customer_id, ordered_at from marts.fct_orders where is_purchase")
    return {
        order_id: [c for c in contacts.get(customer, []) if at - timedelta(days=30) < c[0] <= at]
        for order_id, customer, at in orders
    }


def weights(model: str, touches: list[tuple], ordered_at, effect: dict[str, float]) -> list[float]:
    count, channels = len(touches), [touch[3] for touch in touches]
    between = [1 / (count - 2)] * (count - 2) if count > 2 else []
    by_model = {
        "first_touch": [1, *[0] * (count - 1)],
        "last_touch": [*[0] * (count - 1), 1],
        "linear": [1] * count,
        "position_based": [2, *between, 2][:count],
        "time_decay": [2 ** (-(ordered_at - touch[0]).total_seconds() / 86400 / 7) for touch in touches],
        "removal_effect": [effect[channel] / channels.count(channel) for channel in channels],
    }
    return by_model[model] if touches else [1]


def in_cents(amount: Decimal, shares: list[float]) -> list[Decimal]:
    """Largest remainders, equal ones to the earlier contact."""
    cents = [amount * 100 * Decimal(share) for share in shares]
    whole = [cent.to_integral_value(ROUND_FLOOR) for cent in cents]
    left = int(amount * 100 - sum(whole))
    for place in sorted(range(len(cents)), key=lambda i: (round(whole[i] - cents[i], 6), i))[:left]:
        whole[place] += 1
    return [cent / 100 for cent in whole]


def test_every_model_credits_as_the_ledger_does(built_shop: BuildFile, journeys) -> None:
    effect = dict(built_shop.query("select channel, removal_effect from marts.channel_removal_effects"))
    orders = {
        row[0]: row[1:]
        for row in built_shop.query("select order_id, ordered_at, net_amount from marts.fct_orders where is_purchase")
    }
    columns = ", ".join(f"{model}_share, {model}_amount" for model in MODELS)
    stands: dict[str, list[Any]] = defaultdict(list)
    for row in built_shop.query(
        f"select order_id, contacted_at, contact_kind, coalesce(campaign_id, ''), channel, {columns} "
        "from marts.attribution_touches order by order_id, touch_number"
    ):
        stands[row[0]].append(row[1:])
    assert stands.keys() == orders.keys()
    for order_id, touches in journeys.items():
        ordered_at, amount = orders[order_id]
        assert [row[:4] for row in stands[order_id]] == (touches or [(None, "direct", "", "direct")])
        for place, model in enumerate(MODELS):
            found = [row[4 + 2 * place : 6 + 2 * place] for row in stands[order_id]]
            each = weights(model, touches, ordered_at, effect)
            shares = [weight / sum(each) for weight in each]
            assert [share for share, _ in found] == pytest.approx(shares)
            assert [money for _, money in found] == in_cents(amount, shares), (order_id, model)
    counts = [len(touches) for touches in journeys.values()]
    assert counts.count(0) > 50
    assert counts.count(1) > 50
    assert counts.count(2) > 10
    assert sum(count > 2 for count in counts) > 5


def test_channels_add_up_to_all_purchases(built_shop: BuildFile) -> None:
    purchases = {
        row[0]: row[1:]
        for row in built_shop.query(
            "select date_trunc('month', order_date)::date, count(*), sum(net_amount) from marts.fct_orders "
            "where is_purchase group by 1"
        )
    }
    for model in MODELS:
        sums = built_shop.query(
            "select month, sum(order_count), sum(net_amount), sum(order_share) from marts.channel_attribution "
            f"where attribution_model = '{model}' group by 1"
        )
        assert {row[0]: (pytest.approx(row[1]), row[2]) for row in sums} == purchases
        assert [row[3] for row in sums] == pytest.approx([1] * len(sums))


def chance(transitions: dict[str, list[str]], removed: str | None = None) -> Fraction:
    """Probability of a purchase by eliminating states one by one, in exact fractions."""
    chain = {
        state: {end: Fraction(ends.count(end), len(ends)) for end in set(ends) if end != removed}
        for state, ends in transitions.items()
        if state != removed
    }
    for state in [state for state in chain if state != "start"]:
        ways = chain.pop(state)
        again = ways.pop(state, Fraction(0))
        for other in chain.values():
            through = other.pop(state, Fraction(0)) / (1 - again)
            for end, share in ways.items():
                other[end] = other.get(end, Fraction(0)) + through * share
    start = chain["start"]
    return start.get("purchase", Fraction(0))


def test_removal_effects_are_those_of_the_journeys(built_shop: BuildFile, contacts, journeys) -> None:
    """Also of those without a purchase that have ended: their contacts lie at most 30 days apart."""
    paths = [([touch[3] for touch in touches], "purchase") for touches in journeys.values() if touches]
    bought = built_shop.query("select customer_id, ordered_at from marts.fct_orders where is_purchase")
    date = built_shop.query(f"select timestamp '{AS_OF_DATE}'")[0][0]
    window = timedelta(days=30)
    ended = 0
    for customer, several in contacts.items():
        idle = [c for c in several if not any(w == customer and c[0] <= at < c[0] + window for w, at in bought)]
        while idle:
            journey = [idle.pop(0)]
            while idle and idle[0][0] < journey[-1][0] + window:
                journey.append(idle.pop(0))
            if journey[-1][0] + window <= date:
                paths.append(([touch[3] for touch in journey], "nothing"))
                ended += 1
    transitions: dict[str, list[str]] = defaultdict(list)
    for channels, end in paths:
        for before, after in zip(["start", *channels], [*channels, end], strict=True):
            transitions[before].append(after)
    whole = chance(transitions)
    expected = {
        channel: pytest.approx(float(1 - chance(transitions, channel) / whole))
        for channel in transitions
        if channel != "start"
    }
    stands = built_shop.query(
        "select channel, removal_effect, lower_removal_effect, upper_removal_effect from marts.channel_removal_effects"
    )
    assert {row[0]: row[1] for row in stands} == expected
    assert all(row[2] <= row[1] <= row[3] for row in stands)
    assert len(stands) >= 5
    assert ended > 20
