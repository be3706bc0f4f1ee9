"""The scaling of behaviour before distances are measured: logarithms, capped tails, equal variance.

Spend and order counts are heavy-tailed: without logarithms a handful of wholesale customers would be one segment and
all others another. Logarithms alone leave the largest values several standard deviations away, so values beyond the
outer quantiles are moved to them.
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
    """Clip values, column by column, at the outer quantiles of the fitted data.

    Parameters
    ----------
    share
        Share of rows beyond the quantile on each side, 0 to 0.5.

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
    """An unfitted pipeline: logarithm, median imputation, capped tails, standardisation."""
    return Pipeline(
        [
            ("log", SignedLog()),
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("cap", Winsorizer(winsorized_share)),
            ("scale", StandardScaler()),
        ]
    )


def capped(scaler: Pipeline, features: pd.DataFrame) -> pd.DataFrame:
    """Features as a fitted `behaviour_scaler` imputes and caps them, in their own units, one row per row.

    Values that it does not change are returned exactly.
    """
    logs = scaler.named_steps["log"].transform(features)
    capped_logs = scaler[:3].transform(features)
    back = np.sign(capped_logs) * np.expm1(np.abs(capped_logs))
    return pd.DataFrame(np.where(capped_logs == logs, features, back), columns=features.columns, index=features.index)
