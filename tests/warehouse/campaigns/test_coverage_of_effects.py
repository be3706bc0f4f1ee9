"""Simulated campaigns whose effect is known: intervals hold it as often as they promise, and chance is rarely believed.

Customers differ in how often they buy (gamma) and in what they spend (log-normal); what they bought in the year before
and in the window comes from the same rates. Groups are as small as in the sample shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from warehouse.marts.campaigns.estimates import Minimum, campaign_estimates
from warehouse.marts.campaigns.many import false_discovery_p_values

TREATED, CONTROL = 400, 100
LIFT = 0.5
MEAN_RATE, MEAN_AMOUNT = 0.35, 40.0
MINIMUM = Minimum(50, 10)


def group(rng: np.random.Generator, count: int, lift: float) -> dict[str, Any]:
    """The sums of one group; orders of the window come from the rate, lifted, and those of the year before from it."""
    rate = rng.gamma(0.7, MEAN_RATE / 0.7, count)
    amount = MEAN_AMOUNT * rng.lognormal(-0.18, 0.6, count)
    orders = rng.poisson(rate * (1 + lift))
    before = (rng.poisson(rate * 17) * amount).round(2)
    spend = (orders * amount * rng.lognormal(-0.08, 0.4, count)).round(2)
    row: dict[str, Any] = {"customer_count": count, "before_sum": before.sum(), "before_square_sum": before @ before}
    for name, y in {"orders": orders, "conversion": np.minimum(orders, 1), "spend": spend}.items():
        row |= {f"{name}_count": int((y != 0).sum()), f"{name}_sum": y.sum(), f"{name}_square_sum": y @ y}
        row[f"{name}_before_sum"] = y @ before
    return row | {f"{name}_sum": None for name in ("margin", "visit")}


def simulated(seed: int, campaign_count: int, lift: float, sizes: tuple[int, int] = (TREATED, CONTROL)) -> list[dict]:
    rng = np.random.default_rng(seed)
    rows: list[Mapping[str, Any]] = [
        {"campaign_id": f"{number:04}", "dimension": "all", "segment": "all", "is_control": is_control}
        | group(rng, size, 0.0 if is_control else lift)
        for number in range(campaign_count)
        for is_control, size in zip((False, True), sizes, strict=True)
    ]
    ids = frozenset(str(row["campaign_id"]) for row in rows)
    return [record for record in campaign_estimates(rows, ids, MINIMUM) if record["is_told"]]


def conversion_share(lift: float) -> float:
    """1 − the Laplace transform of the gamma rate."""
    return 1 - (1 + MEAN_RATE * (1 + lift) / 0.7) ** -0.7


TRUE_EFFECTS = {
    "orders": MEAN_RATE * LIFT,
    "conversion": conversion_share(LIFT) - conversion_share(0),
    "spend": MEAN_RATE * LIFT * MEAN_AMOUNT,
}


@pytest.fixture(scope="module")
def effective() -> list[dict]:
    """Six hundred campaigns that lift the rate by half."""
    return simulated(1, 600, LIFT)


@pytest.mark.parametrize("kind", ["", "adjusted_"])
@pytest.mark.parametrize("outcome", TRUE_EFFECTS)
def test_intervals_hold_the_true_effect(effective: list[dict], outcome: str, kind: str) -> None:
    """Three standard errors of a share of 0.95 among six hundred are 0.027."""
    found = [record for record in effective if record["outcome"] == outcome]
    truth = TRUE_EFFECTS[outcome]
    held = [record[f"lower_{kind}effect"] <= truth <= record[f"upper_{kind}effect"] for record in found]
    assert len(held) == 600
    assert np.mean(held) == pytest.approx(0.95, abs=0.027)
    effects = np.array([record[f"{kind}effect"] for record in found])
    assert effects.mean() == pytest.approx(truth, abs=4 * effects.std() / np.sqrt(600))


@pytest.mark.parametrize(("outcome", "narrower"), [("orders", 0.93), ("conversion", 0.97), ("spend", 0.88)])
def test_intervals_adjusted_for_earlier_spend_are_narrower(
    effective: list[dict], outcome: str, narrower: float
) -> None:
    found = [record for record in effective if record["outcome"] == outcome]
    widths = {
        kind: np.mean([record[f"upper_{kind}effect"] - record[f"lower_{kind}effect"] for record in found])
        for kind in ("", "adjusted_")
    }
    assert widths["adjusted_"] < narrower * widths[""]
    spreads = {kind: np.std([record[f"{kind}effect"] for record in found]) for kind in ("", "adjusted_")}
    assert spreads["adjusted_"] < spreads[""]


def test_of_campaigns_without_effect_hardly_one_is_believed() -> None:
    """A hundred shops of eight duds each: in no more than 5 % of them one counts as significant (+ 3 errors)."""
    found = simulated(2, 800, 0.0)
    believed = []
    for shop in range(100):
        members = {f"{number:04}" for number in range(shop * 8, shop * 8 + 8)}
        looks = [r["adjusted_p_value"] for r in found if r["campaign_id"] in members and r["outcome"] == "orders"]
        believed.append(min(p * len(looks) / rank for rank, p in enumerate(sorted(looks), start=1)) < 0.05)
    assert np.mean(believed) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100)
    p_values = np.array([record["adjusted_p_value"] for record in found if record["outcome"] == "orders"])
    assert np.mean(p_values < 0.05) == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 800))


def test_of_campaigns_called_significant_few_are_duds() -> None:
    """Four hundred campaigns, half of them duds."""
    rows = [(record, 0.0) for record in simulated(3, 200, 0.0)] + [(record, LIFT) for record in simulated(4, 200, LIFT)]
    looks = [(record["adjusted_p_value"], lift) for record, lift in rows if record["outcome"] == "orders"]
    corrected = false_discovery_p_values([p_value for p_value, _ in looks])
    lifts = [lift for p_value, (_, lift) in zip(corrected, looks, strict=True) if p_value < 0.05]
    assert len(lifts) > 60
    assert np.mean(np.array(lifts) == 0) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(lifts))


def test_the_smallest_groups_keep_their_promise_as_well() -> None:
    """Fifty in each group: the intervals may be too short by a little, not by more."""
    found = [record for record in simulated(5, 600, LIFT, (50, 50)) if record["outcome"] != "conversion"]
    for outcome in ("orders", "spend"):
        truth = TRUE_EFFECTS[outcome]
        held = [
            r["lower_adjusted_effect"] <= truth <= r["upper_adjusted_effect"] for r in found if r["outcome"] == outcome
        ]
        assert np.mean(held) >= 0.92
