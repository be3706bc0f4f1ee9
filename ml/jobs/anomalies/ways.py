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
    """What a way ranks by, 0 to 1.

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
        share = _share_below(confirmed, dismissed) if len(dismissed) >= least else np.zeros(0)
        figures = {METRIC: float(share.mean())} if len(share) else {}
        contenders.append(Contender(way, way == RULES, figures, share))
    return choose(contenders, METRIC, configuration.resamples, minimum_units=least)


def _share_below(values: NDArray, others: NDArray) -> NDArray:
    """Of each value the share of the others that are smaller; equal ones count half."""
    together = rankdata(np.concatenate([values, others]))[: len(values)]
    return (together - rankdata(values)) / len(others)
