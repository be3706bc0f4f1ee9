"""What it would have brought to contact those who pay for their contact, on campaigns that nobody had learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.campaign_rows import contact_costs, order_values, per_customer
from ml.evaluation.bootstrap import metric_interval
from ml.evaluation.uplift import contact_effects
from ml.jobs.uplift.competition import Predicted
from ml.jobs.uplift.configuration import UpliftConfiguration


@dataclass(frozen=True)
class Gains:
    """Of each row that was predicted: what contacting it was expected to bring, and did, by inverse propensity.

    Each has the shape (n_rows,) and is in the reporting currency.

    Attributes
    ----------
    expected
        Expected profit of a contact; who is above 0 pays for it.
    realised
        The effect on buying, at what a buyer leaves, less the cost: right in the mean over any group, of any one not.
    realised_margin
        The same of the margin itself, which large orders decide; missing where margins are not known.
    """

    expected: NDArray
    realised: NDArray
    realised_margin: NDArray


@dataclass(frozen=True)
class PolicyReport:
    """What contacting those who pay would have brought.

    Attributes
    ----------
    contacted_share
        Of all customers, 0 to 1.
    profits
        Profit per customer by policy, in the reporting currency: estimate and the ends of its interval; contacting
        nobody has 0.
    """

    contacted_share: float
    profits: dict[str, tuple[float, float, float]]

    @property
    def words(self) -> str:
        """Whether it pays, as a sentence."""
        estimate, lower, upper = self.profits["contact_those_who_pay"]
        shown = "pays beyond chance" if lower > 0 else "loses beyond chance" if upper < 0 else "is not shown to pay"
        return (
            f"Contacting the {self.contacted_share:.0%} who are expected to pay for it {shown}: "
            f"{estimate:+.2f} per customer [{lower:+.2f}, {upper:+.2f}]."
        )

    @property
    def document(self) -> dict[str, object]:
        """All of it, for MLflow."""
        return {
            "words": self.words,
            "contacted_share": self.contacted_share,
            "profit_per_customer_amount": self.profits,
        }


def gains_of(part: Predicted, past: pd.DataFrame, name: str, settings: UpliftConfiguration) -> Gains:
    """Expected and realised gains of a fold by the predictions of one contender.

    Parameters
    ----------
    past
        The rows that were learned from: they say what a buyer leaves and what a contact costs.
    """
    value, cost = values_and_cost(past, part.rows, settings)
    margin = part.rows["response_margin_amount"]
    effects = contact_effects(
        margin, part.rows["is_treated"], part.rows["propensity"], np.full(len(margin), margin.mean())
    )
    return Gains(part.scores[name] * value - cost, part.effects * value - cost, effects - cost)


def values_and_cost(past: pd.DataFrame, rows: pd.DataFrame, settings: UpliftConfiguration) -> tuple[NDArray, float]:
    """What each row leaves if it buys, shape (n_rows,), and what a contact costs, both in the reporting currency."""
    value = order_values(
        past, rows, margin_share=settings.unstated_margin_share, prior_order_count=settings.prior_order_count
    )
    return value, contact_costs(past, settings.unstated_contact_cost_amount)


def policy_report(
    predicted: list[Predicted], rows: pd.DataFrame, name: str, settings: UpliftConfiguration
) -> PolicyReport:
    """Profit per customer of contacting those who pay, everybody, and as many by lot, with intervals by customers."""
    gains = [gains_of(part, rows[part.fold.learned], name, settings) for part in predicted]
    customers = pd.concat([part.rows["customer_id"] for part in predicted])
    expected, realised, margin = (
        np.concatenate([getattr(part, field) for part in gains])
        for field in ("expected", "realised", "realised_margin")
    )
    chosen = (expected > 0).astype(float)
    share = float(chosen.mean())
    by_policy = {
        "contact_those_who_pay": chosen * realised,
        "contact_everybody": realised,
        "as_many_by_lot": share * realised,
        "those_who_pay_against_everybody": (chosen - 1) * realised,
        "contact_those_who_pay_margin": chosen * margin,
    }
    profits = {
        policy: _interval(per_customer(values, customers), settings)
        for policy, values in by_policy.items()
        if np.isfinite(values).all()
    }
    return PolicyReport(share, profits)


def _interval(values: NDArray, settings: UpliftConfiguration) -> tuple[float, float, float]:
    found = metric_interval(lambda weight: float(np.average(values, weights=weight)), len(values), settings.resamples)
    return found.estimate, found.lower, found.upper
