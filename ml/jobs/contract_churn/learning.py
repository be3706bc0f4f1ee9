"""The candidates: the baselines, and every family of classifiers with searched parameters.

A search uses only rows that its model is fitted on: in a cross-section a split of the training part of each fold, with
dated rows the newest training snapshot as the validation set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline

from ml.configuration import Frozen
from ml.data.contract_features import categories, contract_frame
from ml.data.contracts import Contracts
from ml.estimators.classifiers import make_classifier
from ml.estimators.contract_churn import baseline_pipelines
from ml.estimators.search import Chosen, InsideValidation, inside_validation
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.validation import inside_folds
from ml.treatment.transformer import treatment_of

_PLATT_FOLDS = 3

# Positions of rows to fit on → the unfitted pipeline, and its parameters for the record.
PipelineMaker = Callable[[NDArray], tuple[Pipeline, Mapping[str, object]]]


@dataclass(frozen=True)
class ContractLearning:
    """The data and settings of the candidates.

    Attributes
    ----------
    rows
        The training rows, of which `customer_id` and `as_of_date` are read.
    frame, churned
        Model frame and outcome of the rows, shapes (n_rows, n_features) and (n_rows,).
    """

    rows: pd.DataFrame
    frame: pd.DataFrame
    churned: NDArray
    is_dated: bool
    horizon_days: int
    configuration: ContractChurnConfiguration

    @classmethod
    def of(
        cls,
        contracts: Contracts,
        rows: pd.DataFrame,
        columns: tuple[str, ...],
        configuration: ContractChurnConfiguration,
    ) -> ContractLearning:
        """The data of a training on some rows of the contracts, with these features."""
        return cls(
            rows,
            contract_frame(rows, columns),
            rows["is_churned"].to_numpy(dtype=float),
            contracts.design == "snapshots",
            contracts.horizon_days,
            configuration,
        )

    @property
    def customers(self) -> NDArray:
        """The customer of each row, shape (n_rows,)."""
        return self.rows["customer_id"].astype(str).to_numpy()

    def names(self) -> list[str]:
        """The candidates, baselines first."""
        return [*baseline_pipelines(self.frame), *self.configuration.families]

    def maker(self, name: str) -> PipelineMaker:
        """How the pipeline of a candidate is made."""
        if name in self.configuration.families:
            return partial(self.searched, name)
        return lambda rows: (baseline_pipelines(self.frame)[name], {})

    def searched(self, family: str, rows: NDArray) -> tuple[Pipeline, Mapping[str, object]]:
        """The unfitted pipeline of a family, with parameters searched on the rows at these positions."""
        chosen = self.configuration.searched(family, partial(self.pipeline, family), self._inside(rows))
        model = self.pipeline(family, chosen.parameters)
        if family == "linear_svm":
            # Its margins are not probabilities.
            model.steps[-1] = ("classify", CalibratedClassifierCV(model.steps[-1][1], cv=_PLATT_FOLDS))
        return model, {**chosen.parameters.model_dump(), **self._record(chosen)}

    def pipeline(self, family: str, parameters: Frozen) -> Pipeline:
        """Preprocessing and classifier of a family with given parameters, unfitted."""
        columns, texts = tuple(self.frame.columns), categories(self.frame)
        # Unfitted: in a cross-section it is fitted on the rows of each fold only.
        treatment = treatment_of("contracts", columns)
        return make_classifier(
            family,
            columns,
            parameters,
            self.configuration.random_seed,
            categories=texts,
            treatment=treatment,
            likelier_means=None,  # a long term keeps until it ends: what one feature means depends on the others
        )

    def _inside(self, rows: NDArray) -> InsideValidation | None:
        options = {
            "maximum_row_count": self.configuration.search.maximum_row_count,
            "seed": self.configuration.random_seed,
        }
        if not self.is_dated:
            return inside_folds(self.frame, self.churned, self.customers, rows, **options)
        known = self.rows.iloc[rows].reset_index(drop=True)
        features = self.frame.iloc[rows].reset_index(drop=True)
        return inside_validation(features, self.churned[rows], known, horizon_days=self.horizon_days, **options)

    def _record(self, chosen: Chosen) -> Mapping[str, object]:
        has_tried = "search_auc" in chosen.record
        if self.is_dated or not has_tried:
            return chosen.record
        tried = self.configuration.search.trial_count + 1
        return {**chosen.record, "search": f"{tried} trials at most, inside the rows fitted on, in each fold"}

    @property
    def everything(self) -> NDArray:
        """Positions of all rows, shape (n_rows,)."""
        return np.arange(len(self.frame))
