"""How well scores and labels agree with the stars that were given with the texts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from ml.jobs.voice.readers import Read

METRIC = "balanced_accuracy"


def sentiment_figures(read: Read, classes: NDArray, ratings: NDArray) -> Mapping[str, float]:
    """The figures of rated texts; those that their classes do not allow are left out.

    `balanced_accuracy` is the mean over the classes of the share that is found, `roc_auc` how well negative and
    positive texts are told apart, `rating_correlation` Pearson's of score and stars.
    """
    figures = {
        METRIC: float(class_gains(read.labels, classes).mean()),
        "accuracy": float(accuracy_score(classes, read.labels)),
        "macro_f1": float(f1_score(classes, read.labels, average="macro", zero_division=0)),
    }
    is_clear = classes != 0
    if len(set(classes[is_clear])) > 1:
        figures["roc_auc"] = float(roc_auc_score(classes[is_clear] > 0, read.scores[is_clear]))
    if np.ptp(read.scores) > 0 and np.ptp(ratings) > 0:
        figures["rating_correlation"] = float(np.corrcoef(read.scores, ratings)[0, 1])
    return figures


def class_gains(labels: NDArray, classes: NDArray) -> NDArray:
    """What each text adds to the balanced accuracy, whose mean it is: rare classes count as much as common ones.

    Shape (n_texts,); `labels` are those read, `classes` the true ones, both −1, 0 or 1 and of that shape.
    """
    known, counts = np.unique(classes, return_counts=True)
    share = dict(zip(known, counts / len(classes), strict=True))
    weights = np.array([1 / (len(known) * share[one]) for one in classes])
    return weights * (labels == classes)
