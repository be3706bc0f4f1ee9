"""Who ranks: the rules, or a model where confirmed and dismissed cases show that it ranks better."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.outliers import FOREST, NEIGHBOURS
from ml.jobs.anomalies.states import CONFIRMED, DISMISSED
from ml.jobs.choice import Choice, Contender, choose

RULES = "rules"
METRIC = "confirmed_above_dismissed"
WAYS = (RULES, "isolation_forest", "local_outlier_factor", "rules_and_forest")


def values_by(way: str, table: pd.DataFrame) -> pd.Series:
    """What a way ranks by, 0 to 1, with the index of the table.

    Parameters
    ----------
    table
        With `score` of the rules and the shares of both models.
    """
    forest, neighbours = (table[name].fillna(0.0) for name in (FOREST, NEIGHBOURS))
    return {
        RULES: table["score"],
        "isolation_forest": forest,
        "local_outlier_factor": neighbours,
        "rules_and_forest": (table["score"] + forest) / 2,
    }[way]


def who_ranks(table: pd.DataFrame, configuration: AnomaliesConfiguration) -> Choice:
    """Choose by the cases that people decided about: of each confirmed one the share of dismissed ones that rank below.

    No way has learned from them, so that nothing is measured on what it was fitted to.
    """
    least = configuration.minimum_decided_count
    contenders = []
    for way in WAYS:
        values = values_by(way, table)
        confirmed, dismissed = (values[table["state"] == state].to_numpy() for state in (CONFIRMED, DISMISSED))
        decided = min(len(confirmed), len(dismissed))
        units = case_values(confirmed, dismissed) if decided >= least else np.zeros(decided)
        figures = {METRIC: float(units.mean())} if decided >= least else {}
        contenders.append(Contender(way, way == RULES, figures, units))
    return choose(contenders, METRIC, configuration.resamples, minimum_units=least)


def case_values(confirmed: NDArray, dismissed: NDArray) -> NDArray:
    """What each case adds to the share of pairs in which the confirmed one is above, whose mean over cases it is.

    Both kinds of cases are a sample: with the confirmed alone as units, an interval would take the dismissed for all
    there are. These are the structural components of DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, each kind
    weighted by its number.

    Returns
    -------
    NDArray
        Shape (n_confirmed + n_dismissed,), the confirmed first.
    """
    above = _share_below(confirmed, dismissed)
    below = 1 - _share_below(dismissed, confirmed)
    whole, count = above.mean(), len(confirmed) + len(dismissed)
    parts = [whole + (part - whole) * count / len(part) for part in (above, below)]
    return np.concatenate(parts)


def _share_below(values: NDArray, others: NDArray) -> NDArray:
    """Of each value the share of the others that are smaller; equal ones count half."""
    together = rankdata(np.concatenate([values, others]))[: len(values)]
    return (together - rankdata(values)) / len(others)
