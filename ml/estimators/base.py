"""Base classes of estimators that may serve: they explain their predictions and describe their inputs."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial

import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from ml.contributions.histories import by_replacing
from ml.contributions.scales import Contributions, served_score
from ml.contributions.shapley import Orders
from ml.data.preprocessing import EVEN_ODDS
from ml.treatment.served import treatment_held_by
from ml.treatment.transformer import FeatureTreatment


class Served(BaseEstimator):
    """Base of estimators that may serve. The default methods are correct for any estimator, if not always the best."""

    @abstractmethod
    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """A class or an amount for each row of a model frame, shape (n_rows,)."""

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """What each feature adds to each row's score; by default found by replacing features by the typical customer's.

        Parameters
        ----------
        features, background
            Shape (n_rows, n_features): the rows to explain, and those they are compared with.
        orders
            The orders of replacement where there are too many features for exact values.
        """
        return by_replacing(partial(served_score, self), features, background, orders)

    def treatment(self) -> FeatureTreatment | None:
        """The treatment of missing values and outliers before prediction; by default the one among its attributes."""
        return treatment_held_by(self)

    def learned(self) -> dict[str, float]:
        """Learned scalars by name, for the record of the training."""
        return {}


class ServedClassifier(ClassifierMixin, Served):
    """Base of estimators that may serve and give probabilities."""

    @abstractmethod
    def predict_proba(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Probabilities of no event and of the event, shape (n_rows, 2)."""

    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """The likelier class, 0 or 1, shape (n_rows,)."""
        return (self.predict_proba(X)[:, 1] >= EVEN_ODDS).astype(int)


class OutOfFoldRegressor(RegressorMixin, Served):
    """Base of estimators of amounts that keep out-of-fold predictions of the training rows, `out_of_fold_`."""

    out_of_fold_: NDArray

    def pop_out_of_fold(self) -> NDArray:
        """Return the out-of-fold predictions, shape (n_rows,), and delete them."""
        predicted = self.out_of_fold_
        del self.out_of_fold_
        return predicted
