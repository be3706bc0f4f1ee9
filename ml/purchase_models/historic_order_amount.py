"""The fallback when the Gamma-Gamma model is not healthy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ml.purchase_models.gamma_gamma import GammaGamma
from ml.purchase_models.likelihood import LikelihoodFit

PRIOR_ORDER_COUNT = 2


class HistoricOrderAmount(GammaGamma):
    """Each customer's mean amount, averaged with two orders at the overall mean amount.

    That is a Gamma-Gamma with p = 1 and q = 3, so it needs no search and cannot fail to converge.
    """

    method_name: ClassVar[str] = "historic_order_amount"
    _needs_spread: ClassVar[bool] = False

    def _maximise(self, count, amount, weight) -> LikelihoodFit:
        mean = float(np.average(amount, weights=weight * count))
        parameters = np.array([1.0, PRIOR_ORDER_COUNT + 1.0, PRIOR_ORDER_COUNT * mean])
        value, _ = self._likelihood(parameters, count, amount)
        return LikelihoodFit(parameters, float(weight @ value), True, np.zeros(3, bool))
