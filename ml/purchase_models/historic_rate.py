"""The fallback when no purchase model is healthy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ml.purchase_models.inputs import PurchaseHistory
from ml.purchase_models.likelihood import LikelihoodFit
from ml.purchase_models.nbd import NBD


class HistoricRate(NBD):
    """Each customer keeps ordering at the historic rate, shrunken towards the overall rate.

    The rate is (orders + 1) / (tenure + 1 / mean rate): one more order after the mean time between
    orders. That is an NBD with r fixed at 1, so it needs no search and cannot fail to converge.
    """

    method_name: ClassVar[str] = "historic_rate"

    def _maximise(self, history: PurchaseHistory) -> LikelihoodFit:
        parameters = np.array([1.0, (history.weight @ history.tenure) / (history.weight @ history.repeat_count)])
        value, _ = self._likelihood(parameters, history)
        return LikelihoodFit(parameters, float(history.weight @ value), True, np.array([False, False]))
