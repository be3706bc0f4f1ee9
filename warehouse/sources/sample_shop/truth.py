"""What is true of each customer, and what the process expects of them in the days to come.

With rate λ, death rate μ, season-weighted time S(u) since the date and k the probability that an order is
kept, a customer who is alive on the date has

    expected orders              k λ ∫₀ᴴ e^(−μu) dS(u)
    probability of no order      ∫₀ᴴ μ e^(−μu) e^(−kλS(u)) du + e^(−μH) e^(−kλS(H))

and one whose lifetime has ended has 0 and 1. Both integrals are sums over days (docs/sample-shop.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop.campaigns import Touches, campaign_ids, expected_extra_orders
from warehouse.sources.sample_shop.catalogue import Catalogue
from warehouse.sources.sample_shop.columns import blank_where, picked, timestamps
from warehouse.sources.sample_shop.population import Population, by_segment
from warehouse.sources.sample_shop.profiles import customer_ids
from warehouse.sources.sample_shop.returns import PARTIAL_SHARE
from warehouse.sources.sample_shop.season import Season, exposure_by_day
from warehouse.sources.sample_shop.segments import SEGMENT_NAMES
from warehouse.sources.sample_shop.settings import HORIZON_DAYS, SampleShop

CHUNK_CUSTOMERS = 50_000  # bounds the memory of the (customer, day) matrices


@dataclass(frozen=True)
class Outlook:
    """Expectations over a horizon for customers who are alive at its start."""

    order_count: np.ndarray
    no_order_probability: np.ndarray


def outlook(
    rate_per_day: np.ndarray,
    death_rate_per_day: np.ndarray,
    as_of_date: date,
    horizon_days: int = HORIZON_DAYS,
    kept_share: float = 1.0,
) -> Outlook:
    """Give what the process expects in ``[as_of_date, as_of_date + horizon_days)``, campaigns apart.

    Parameters
    ----------
    rate_per_day, death_rate_per_day
        True rates of customers who are alive on the date, shape (n,). Rate 0 is allowed.
    kept_share
        Probability that an order counts (is neither cancelled nor reversed).
    """
    exposure = exposure_by_day(as_of_date, horizon_days)
    edges = np.arange(horizon_days + 1.0)
    middles = edges[:-1] + 0.5
    middle_exposure = (exposure[:-1] + exposure[1:]) / 2
    counts, none = [], []
    for begin in range(0, len(rate_per_day), CHUNK_CUSTOMERS):
        rate = kept_share * rate_per_day[begin : begin + CHUNK_CUSTOMERS]
        death = death_rate_per_day[begin : begin + CHUNK_CUSTOMERS]
        counts.append(rate * (np.exp(-np.outer(death, middles)) @ np.diff(exposure)))
        dies = -np.diff(np.exp(-np.outer(death, edges)), axis=1)  # probability to die on each day
        none_if_dies = np.exp(-np.outer(rate, middle_exposure))
        survives = np.exp(-death * horizon_days)
        none.append((dies * none_if_dies).sum(axis=1) + survives * np.exp(-rate * exposure[-1]))
    empty = np.array([])
    return Outlook(np.concatenate([empty, *counts]), np.concatenate([empty, *none]))


def mean_order_amounts(population: Population, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """Give each customer's mean amount of products per kept order, before and after returns of lines."""
    price = catalogue.price_cents / 100
    pair_amount = catalogue.companion_probability * price[catalogue.companion]
    mean_price = (catalogue.choice_shares @ price)[population.segment]
    mean_pair = (catalogue.choice_shares @ pair_amount)[population.segment]
    line_count = 1 + by_segment("extra_lines")[population.segment]
    paid = 1 - by_segment("discount_probability") * by_segment("discount_share")
    paid = paid[population.segment]
    quantity = 1 + population.extra_quantity
    # a return takes all pieces, or with PARTIAL_SHARE a number evenly between 1 and all
    returned = (1 - PARTIAL_SHARE) * quantity + PARTIAL_SHARE * (quantity + 1) / 2
    probability = by_segment("return_probability")[population.segment]
    gross = paid * line_count * (mean_price * quantity + mean_pair)
    net = paid * line_count * (mean_price * (quantity - probability * returned) + mean_pair * (1 - probability))
    return gross, net


def customer_truth(shop: SampleShop, population: Population, catalogue: Catalogue) -> pa.Table:
    """Give the table of true parameters and expectations, one row per account."""
    is_buyer = population.is_buyer
    is_alive = is_buyer & (population.lifetime_end_s > shop.end_s)
    rates = population.rate_per_day, population.death_rate_per_day
    ahead = outlook(*rates, shop.as_of_date, HORIZON_DAYS, shop.kept_share)
    gross, net = (np.where(is_buyer, amount, 0.0) for amount in mean_order_amounts(population, catalogue))
    order_count = np.where(is_alive, ahead.order_count, 0.0)
    ids = customer_ids(np.arange(population.count))
    is_first_account = population.person == np.arange(population.count)
    table = {
        "customer_id": ids,
        "segment": picked(SEGMENT_NAMES, population.segment),
        "is_in_customers_file": pa.array(population.is_listed),
        "same_person_as_customer_id": blank_where(customer_ids(population.person), is_first_account),
        "is_altered_account": pa.array(population.is_altered),
        "first_order_at": timestamps(population.first_order_s, ~is_buyer),
        "lifetime_end_at": timestamps(population.lifetime_end_s, ~is_buyer),
        "is_alive": pa.array(is_alive),
        "purchase_rate_per_day": pa.array(population.rate_per_day),
        "death_rate_per_day": pa.array(population.death_rate_per_day),
        "mean_order_amount": pa.array(gross),
        "mean_net_order_amount": pa.array(net),
        "campaign_uplift_share": pa.array(population.uplift_share),
        f"expected_order_count_{HORIZON_DAYS}d": pa.array(order_count),
        f"expected_gross_amount_{HORIZON_DAYS}d": pa.array(order_count * gross),
        f"expected_net_amount_{HORIZON_DAYS}d": pa.array(order_count * net),
        f"no_order_probability_{HORIZON_DAYS}d": pa.array(np.where(is_alive, ahead.no_order_probability, 1.0)),
    }
    return pa.table(table)


def campaign_truth(population: Population, season: Season, campaigns: list[Touches]) -> pa.Table:
    """Give the table of true effects, one row per campaign."""
    extra = [expected_extra_orders(touches, population, season).sum() for touches in campaigns]
    return pa.table(
        {
            "campaign_id": campaign_ids(np.arange(len(campaigns))),
            "strength": pa.array([touches.kind.strength for touches in campaigns], pa.float64()),
            "treated_count": pa.array([int((~t.is_control).sum()) for t in campaigns], pa.int64()),
            "control_count": pa.array([int(t.is_control.sum()) for t in campaigns], pa.int64()),
            "expected_extra_order_count": pa.array(np.array(extra, dtype=float)),
        }
    )
