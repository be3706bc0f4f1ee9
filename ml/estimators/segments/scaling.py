"""How behaviour is scaled before distances are measured on it: logarithms, capped tails, equal spread.

Spend and order counts are heavy-tailed: unlogged, a handful of wholesale customers would be a "segment" and
everyone else the other. The logarithm alone leaves the largest of them several standard deviations away, so
the outermost customers on either side are moved to a quantile; they stay in the segments, at their edge.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from ml.data.preprocessing import SignedLog


class Winsorizer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Move what lies beyond the outer quantiles of the fitted data to those quantiles.

    Parameters
    ----------
    share
        Share of customers beyond the cap on each side, 0 to 0.5.

    Attributes
    ----------
    lower_, upper_ : ndarray of shape (n_columns,)

    Examples
    --------
    >>> values = np.array([[0.0], [1.0], [2.0], [3.0], [100.0]])
    >>> Winsorizer(share=0.25).fit(values).transform(values).ravel().tolist()
    [1.0, 1.0, 2.0, 3.0, 3.0]
    """

    def __init__(self, share: float = 0.01) -> None:
        self.share = share

    def fit(self, X: NDArray, y: object = None) -> Winsorizer:  # noqa: N803
        self.n_features_in_ = X.shape[1]
        self.lower_, self.upper_ = np.quantile(X, [self.share, 1 - self.share], axis=0)
        return self

    def transform(self, X: NDArray) -> NDArray:  # noqa: N803
        return np.clip(X, self.lower_, self.upper_)


def behaviour_scaler(winsorized_share: float) -> Pipeline:
    """Logarithm, median for what is missing, capped tails, mean 0 and standard deviation 1."""
    return Pipeline(
        [
            ("log", SignedLog()),
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("cap", Winsorizer(winsorized_share)),
            ("scale", StandardScaler()),
        ]
    )


def capped(scaler: Pipeline, features: pd.DataFrame) -> pd.DataFrame:
    """Features with what a fitted `behaviour_scaler` fills and caps, in their own units.

    A value that it leaves alone comes back as it was, to the last digit.
    """
    logs = scaler.named_steps["log"].transform(features)
    held = scaler[:3].transform(features)
    back = np.sign(held) * np.expm1(np.abs(held))
    return pd.DataFrame(np.where(held == logs, features, back), columns=features.columns, index=features.index)
