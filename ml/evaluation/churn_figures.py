"""The metrics of churn probabilities, the same with and without contract, so that they can be compared."""

from __future__ import annotations

from numpy.typing import NDArray

from ml.evaluation import metrics


def churn_figures(actual: NDArray, predicted: NDArray) -> dict[str, float]:
    """Metrics of ranking, probability, calibration and level.

    Parameters
    ----------
    actual
        1 for positive rows, 0 for negative ones, shape (n_rows,).
    predicted
        Probability that a row is positive, 0 to 1, shape (n_rows,).
    """
    return {
        "roc_auc": metrics.roc_auc(actual, predicted),
        "pr_auc": metrics.pr_auc(actual, predicted),
        "brier": metrics.brier(actual, predicted),
        "brier_skill": metrics.brier_skill(actual, predicted),
        "expected_calibration_error": metrics.expected_calibration_error(actual, predicted),
        "top_decile_lift": metrics.top_decile_lift(actual, predicted),
        "capture_at_20": metrics.capture_at(actual, predicted, 0.2),
        "level_ratio": metrics.level_ratio(actual, predicted),
        "actual_churn_rate": float(actual.mean()),
        "predicted_churn_rate": float(predicted.mean()),
    }
