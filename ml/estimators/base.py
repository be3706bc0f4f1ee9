"""What an estimator of ours says of itself: why it predicts what it does, and what becomes of its inputs."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial

import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from ml.contributions.general import by_replacing
from ml.contributions.scales import Contributions, served_score
from ml.contributions.shapley import Orders
from ml.treatment.served import treatment_held_by
from ml.treatment.transformer import FeatureTreatment


class Served(BaseEstimator):
    """Base of what may serve. What these methods do by default is right of any estimator, if not always the best."""

    @abstractmethod
    def predict(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """A class or an amount for each row of a model frame, shape (n_rows,)."""

    def contributions(self, features: pd.DataFrame, background: pd.DataFrame, orders: Orders) -> Contributions:
        """What each feature adds to each row's score; by default its features are replaced by the typical customer's.

        Parameters
        ----------
        features, background
            Shape (n, n_features): the rows explained, and those that they are held against.
        orders
            How many orders of replacement are walked where there are too many features to be exact.
        """
        return by_replacing(partial(served_score, self), features, background, orders)

    def treatment(self) -> FeatureTreatment | None:
        """What is done about missing values and outliers before anything is predicted; by default by what it holds."""
        return treatment_held_by(self)

    def learned(self) -> dict[str, float]:
        """The single figures that were learned, by name, for the record of the training."""
        return {}
