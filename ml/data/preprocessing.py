"""Preprocessing of model frames for linear models and for trees."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ml.data.features import category_columns

# More countries or channels than this share one "infrequent" column, which also takes unseen ones.
MAXIMUM_CATEGORY_COUNT = 12
# From this probability on, the event is the likelier class.
EVEN_ODDS = 0.5


class SignedLog(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """sign(x) · log(1 + |x|), elementwise: shortens heavy tails and keeps negative amounts negative.

    Examples
    --------
    >>> SignedLog().fit_transform(np.array([[0.0], [-9.0]])).round(3).tolist()
    [[0.0], [-2.303]]
    """

    def fit(self, X: pd.DataFrame, y: object = None) -> SignedLog:  # noqa: N803
        self.n_features_in_ = X.shape[1]
        if isinstance(X, pd.DataFrame):
            self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:  # noqa: N803
        values = np.asarray(X, dtype=float)
        return np.sign(values) * np.log1p(np.abs(values))


def linear_preprocessor(columns: tuple[str, ...], categories: Collection[str] | None = None) -> ColumnTransformer:
    """Numbers: signed logarithm, median with an indicator, standardised; categories: one-hot."""
    numeric = Pipeline(
        [
            ("log", SignedLog()),
            ("impute", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    )
    return _by_kind(columns, numeric, categories)


def tree_preprocessor(columns: tuple[str, ...], categories: Collection[str] | None = None) -> ColumnTransformer:
    """Numbers unchanged (trees split on missing values themselves); categories: one-hot."""
    return _by_kind(columns, "passthrough", categories)


def number_columns(columns: tuple[str, ...], categories: Collection[str] | None = None) -> list[str]:
    """The features that are numbers, in order; both preprocessors give them first."""
    texts = category_columns() if categories is None else categories
    return [name for name in columns if name not in texts]


def treated(treatment: BaseEstimator | None, steps: list[tuple[str, BaseEstimator]]) -> Pipeline:
    """A pipeline of the treatment of missing values and outliers, if there is one, and the steps of a model."""
    return Pipeline(steps if treatment is None else [("treat", treatment), *steps])


def _by_kind(columns: tuple[str, ...], numeric: object, categories: Collection[str] | None) -> ColumnTransformer:
    categories = category_columns() if categories is None else categories
    texts = [name for name in columns if name in categories]
    numbers = number_columns(columns, categories)
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=0.01,
        max_categories=MAXIMUM_CATEGORY_COUNT,
        sparse_output=False,
    )
    steps = [("numbers", numeric, numbers)] if numbers else []
    if texts:
        steps.append(("categories", encoder, texts))
    return ColumnTransformer(steps, verbose_feature_names_out=False)
