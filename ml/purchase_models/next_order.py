"""When the next order comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize.elementwise import find_root

from ml.purchase_models.inputs import PurchaseHistory

if TYPE_CHECKING:
    from ml.purchase_models.base import PurchaseModel

# Waits for the next order are searched for between these multiples of the tenure.
WAIT_IN_TENURES = (1e-12, 1e12)


def wait_for_next_order(
    model: PurchaseModel, history: PurchaseHistory, quantile: float, given_return: bool
) -> np.ndarray:
    """Return the time by which each history's next order has come with probability `quantile`, in time units.

    Infinity where that probability is never reached; see `PurchaseModel.days_until_next_order`.
    """
    if not 0 < quantile < 1:
        raise ValueError("quantile must lie between 0 and 1, for example 0.5 for the median")
    with np.errstate(divide="ignore"):
        target = quantile * (
            model._return_probability_if_alive(history) if given_return else 1 / model._alive_probability(history)
        )
    shortest, longest = (bound * (history.tenure + 1.0 / model.time_unit_days) for bound in WAIT_IN_TENURES)
    rows = np.flatnonzero(target < model._active_probability_if_alive(history, longest))

    def shortfall(log_wait, row):
        return model._active_probability_if_alive(history.part(row), np.exp(log_wait)) - target[row]

    bracket = (np.log(shortest[rows]), np.log(longest[rows]))
    tolerances = {"xatol": 1e-6, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0}
    wait = np.full(len(target), np.inf)
    wait[rows] = np.exp(find_root(shortfall, bracket, args=(rows,), tolerances=tolerances).x)
    return wait
