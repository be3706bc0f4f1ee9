"""Fit a purchase model to distinct histories, and measure how well it describes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ml.purchase_models.health import FitEvidence
from ml.purchase_models.inputs import PurchaseHistory
from ml.purchase_models.likelihood import LikelihoodFit, maximise_likelihood

if TYPE_CHECKING:
    from ml.purchase_models.base import PurchaseModel

SHAPE_BOUNDS = (1e-4, 1e3)
# Scales are in time units, so their bounds are multiples of the mean tenure.
SCALE_BOUNDS = (1e-6, 1e6)
ROUGH_ROW_COUNT = 2000


def most_likely(model: PurchaseModel, history: PurchaseHistory) -> LikelihoodFit:
    """Search the parameters of a model by maximum likelihood."""
    weight_sum = history.weight.sum()
    mean_tenure = float(np.average(history.tenure, weights=history.weight))
    order_rate = float((history.weight * history.repeat_count).sum() / (weight_sum * mean_tenure))
    bounds = np.array(
        [
            np.multiply(SCALE_BOUNDS, mean_tenure) if name in model.scale_names else SHAPE_BOUNDS
            for name in model.parameter_names
        ]
    )
    subsampled = history.part(slice(None, None, max(1, len(history.weight) // ROUGH_ROW_COUNT)))

    def objective_on(part: PurchaseHistory) -> Callable:
        def objective(parameters):
            value, gradient = model._likelihood(parameters, part)
            return float(part.weight @ value), gradient @ part.weight

        return objective

    starts = np.clip(model._starts(order_rate, mean_tenure), bounds[:, 0], bounds[:, 1])
    return maximise_likelihood(objective_on(history), starts, bounds, weight_sum, objective_on(subsampled))


def fit_evidence(
    model: PurchaseModel, history: PurchaseHistory, fit: LikelihoodFit, horizon: np.ndarray
) -> FitEvidence:
    """Compare the fitted model with the customers it was fitted on; `horizon` in time units."""
    silent = PurchaseHistory.without_orders(history.tenure)
    new = PurchaseHistory.without_orders(np.zeros(len(history.tenure)))
    predicted = model._expected_orders(history, horizon)
    weight_sum = history.weight.sum()
    at_bound = zip(model.parameter_names, fit.is_at_bound, strict=True)
    return FitEvidence(
        is_converged=fit.is_converged,
        parameters_at_bound=[name for name, is_at_bound in at_bound if is_at_bound],
        invalid_prediction_count=int(np.count_nonzero(~np.isfinite(predicted) | (predicted < 0))),
        observed_repeat_orders=float(history.weight @ history.repeat_count),
        expected_repeat_orders=float(history.weight @ model._expected_orders(new, history.tenure)),
        observed_one_time_share=float(history.weight @ (history.repeat_count == 0) / weight_sum),
        expected_one_time_share=float(history.weight @ np.exp(model._history_log_likelihood(silent)) / weight_sum),
    )
