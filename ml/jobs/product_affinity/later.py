"""Rules found before an origin, measured again on the days after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.choice import Choice, Contender, choose
from ml.jobs.product_affinity.baskets import Baskets
from ml.jobs.product_affinity.configuration import ProductAffinityConfiguration
from ml.jobs.product_affinity.expected import RULES, expected_confidences
from ml.jobs.product_affinity.measures import measures
from ml.jobs.product_affinity.rules import COUNTS, counted_on, find_rules

METRIC = "later_log_score"
_ORDERINGS = {"surest": ("p_value", True), "lift": ("lift", False), "confidence": ("confidence_share", False)}
_LIST_LENGTH = 50


@dataclass(frozen=True)
class Remeasured:
    """The rules of one origin, and their counts afterwards.

    Attributes
    ----------
    rules
        Those kept, with `later_…` counts and measures; empty measures where the antecedent was bought too rarely.
    candidates
        All rules of frequent itemsets, the same way.
    expected
        By each way the confidence to expect, shape (n_rules,).
    """

    origin: date
    rules: pd.DataFrame
    candidates: pd.DataFrame
    expected: Mapping[str, NDArray]

    @property
    def measured(self) -> pd.DataFrame:
        """The rules whose antecedent was bought often enough afterwards."""
        return self.rules[self.rules["later_lift"].notna()]


def remeasured(baskets: Baskets, as_of_date: date, settings: ProductAffinityConfiguration) -> list[Remeasured]:
    """The rules of each origin that has enough history before it, the newest first."""
    horizon = timedelta(days=settings.later.horizon_days)
    origins = [as_of_date - number * horizon for number in range(1, settings.later.origin_count + 1)]
    least = baskets.first_date + timedelta(days=settings.later.minimum_history_days)
    return [_of_origin(baskets, origin, settings) for origin in origins if origin >= least]


def _of_origin(baskets: Baskets, origin: date, settings: ProductAffinityConfiguration) -> Remeasured:
    days = settings.later.horizon_days
    before, after = baskets.between(None, origin), baskets.between(origin, origin + timedelta(days=days))
    found = find_rules(before, settings)
    least = settings.later.minimum_antecedent_count
    return Remeasured(
        origin,
        with_later(found.rules, after, least),
        with_later(found.candidates, after, least),
        expected_confidences(found.rules, before, origin, days) if len(found.rules) else {},
    )


def with_later(rules: pd.DataFrame, after: Baskets, minimum_antecedent_count: int) -> pd.DataFrame:
    """The rules with `later_` counts, `later_confidence_share` and `later_lift` from other baskets."""
    counts = counted_on(rules, after)
    told = (counts["antecedent_basket_count"] >= minimum_antecedent_count) & (counts["consequent_basket_count"] > 0)
    first, second, both = (counts[name] for name in COUNTS)
    again = measures(counts["basket_count"], first.clip(lower=1), second.clip(lower=1), both)
    again = again.set_index(rules.index).where(told)
    return rules.assign(
        **{f"later_{name}": counts[name] for name in COUNTS},
        later_confidence_share=again["confidence_share"],
        later_lift=again["lift"],
    )


def figures_of(found: Remeasured) -> dict[str, float]:
    """What became of the rules of one origin."""
    rules = found.measured
    common = found.candidates[found.candidates["later_lift"].notna()]
    strongest = rules.nlargest(max(1, len(rules) // 5), "lift")
    return {
        "rule_count": float(len(found.rules)),
        "measured_share": len(rules) / max(len(found.rules), 1),
        "held_share": _share_above_one(rules),
        "lift_ratio": _median_ratio(rules, "lift"),
        "lift_ratio_strongest_fifth": _median_ratio(strongest, "lift"),
        "confidence_ratio": float(rules["later_confidence_share"].mean() / rules["confidence_share"].mean())
        if len(rules)
        else np.nan,
        "candidate_count": float(len(found.candidates)),
        "candidate_held_share": _share_above_one(common[common["lift"] > 1]),
    } | {f"held_share_first_{_LIST_LENGTH}_by_{name}": value for name, value in _orderings(rules).items()}


def _orderings(rules: pd.DataFrame) -> dict[str, float]:
    first = {
        name: rules.sort_values(column, ascending=rising, kind="stable").head(_LIST_LENGTH)
        for name, (column, rising) in _ORDERINGS.items()
    }
    return {name: _share_above_one(part) for name, part in first.items()}


def _share_above_one(rules: pd.DataFrame) -> float:
    return float((rules["later_lift"] > 1).mean()) if len(rules) else np.nan


def _median_ratio(rules: pd.DataFrame, name: str) -> float:
    return float((rules[f"later_{name}"] / rules[name]).median()) if len(rules) else np.nan


def choice_of(origins: Sequence[Remeasured], settings: ProductAffinityConfiguration) -> Choice | None:
    """Which way to expect confidences; None if no rule could be measured.

    The mean log score of a later basket with the antecedent decides. Rules with the same consequent go up and down
    together: they are one unit of the bootstrap.
    """
    parts = []
    for found in origins:
        held = found.rules["later_antecedent_basket_count"].to_numpy(float)
        joint, told = found.rules["later_joint_basket_count"].to_numpy(float), found.rules["later_lift"].notna()
        scores = {
            name: (joint * np.log(share) + (held - joint) * np.log1p(-share)) / np.maximum(held, 1)
            for name, share in found.expected.items()
        }
        parts.append(found.rules[["consequent"]].assign(**scores)[told])
    units = pd.concat(parts).groupby("consequent").mean() if parts else pd.DataFrame()
    if units.empty:
        return None
    contenders = [
        Contender(name, name in RULES, {METRIC: float(units[name].mean())}, units[name].to_numpy())
        for name in map(str, units)
    ]
    return choose(contenders, METRIC, settings.resamples, about="expected confidence")
