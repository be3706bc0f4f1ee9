"""Box subscriptions: started some time after the first order, ended at a term's end."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop.columns import decimals, numbered_ids, picked, timestamps
from warehouse.sources.sample_shop.population import Population, by_segment
from warehouse.sources.sample_shop.profiles import customer_ids
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, SampleShop

PLANS = (("Coffee box", 1490), ("Tea box", 1190), ("Connoisseur box", 2490))  # name, cents per month
PLAN_SHARES = (0.55, 0.25, 0.20)
TERMS_MONTHS = (1, 3, 12)
TERM_SHARES = (0.5, 0.3, 0.2)
STARTED_AFTER_DAYS = 60.0  # mean time from the first order to the subscription
WANTED_DAYS = 420.0  # mean time until a subscriber has had enough, if still a customer then
LAST_START_DAY = 28  # boxes start on day 1 to 28 of a month, so that every month has that day


def build_subscriptions(shop: SampleShop, population: Population) -> pa.Table:
    """Draw the subscriptions.

    The wish ends at the end of the lifetime or after an exponential time, whichever is first; the contract
    then ends with the term that is running.
    """
    rng = shop.stream("subscriptions")
    count = population.count
    wants = rng.random(count) < by_segment("subscription_probability")[population.segment]
    wait_days = rng.exponential(STARTED_AFTER_DAYS, count)
    wanted_days = rng.exponential(WANTED_DAYS, count)
    plan = rng.choice(len(PLANS), size=count, p=PLAN_SHARES)
    term = np.array(TERMS_MONTHS)[rng.choice(len(TERMS_MONTHS), size=count, p=TERM_SHARES)]

    start_s = _allowed_start(population.first_order_s + (wait_days * SECONDS_PER_DAY).astype(np.int64))
    wish_end_s = np.minimum(start_s + (wanted_days * SECONDS_PER_DAY).astype(np.int64), population.lifetime_end_s)
    starts = np.minimum(population.lifetime_end_s, shop.end_s)
    who = np.flatnonzero(wants & population.is_buyer & (start_s < starts))
    who = who[np.argsort(start_s[who], kind="stable")]
    end_s = _term_end(start_s[who], wish_end_s[who], term[who])
    return pa.table(
        {
            "subscription_id": numbered_ids("B", np.arange(len(who)) + 1, 7),
            "customer_id": customer_ids(who),
            "plan_name": picked([name for name, _ in PLANS], plan[who]),
            "started_at": timestamps(start_s[who]),
            "ended_at": timestamps(end_s, end_s >= shop.end_s),
            "monthly_amount": decimals(np.array([cents for _, cents in PLANS])[plan[who]], 2),
            "term_months": pa.array(term[who]),
            # The shop does not know these three; the contract has them.
            "total_charges_amount": pa.nulls(len(who)),
            "payment_method": pa.nulls(len(who)),
            "attributes": pa.nulls(len(who)),
        }
    )


def _allowed_start(times_s: np.ndarray) -> np.ndarray:
    """Give the midnight after each time, moved on to the first of the next month after day 28."""
    day = (times_s // SECONDS_PER_DAY + 1).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    is_late = (day - month.astype("datetime64[D]")).astype(int) >= LAST_START_DAY
    day = np.where(is_late, (month + 1).astype("datetime64[D]"), day)
    return day.astype(np.int64) * SECONDS_PER_DAY


def _term_end(start_s: np.ndarray, wish_end_s: np.ndarray, term_months: np.ndarray) -> np.ndarray:
    """Give the first end of a term that is not before the end of the wish."""
    day = (start_s // SECONDS_PER_DAY).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    into_month = day - month.astype("datetime64[D]")
    wish_end = (wish_end_s // SECONDS_PER_DAY + 1).astype("datetime64[D]")
    months = (wish_end.astype("datetime64[M]") - month).astype(int)
    terms = np.maximum(1, np.ceil(months / term_months)).astype(int)
    end = (month + terms * term_months).astype("datetime64[D]") + into_month
    end = np.where(end < wish_end, (month + (terms + 1) * term_months).astype("datetime64[D]") + into_month, end)
    return end.astype(np.int64) * SECONDS_PER_DAY
