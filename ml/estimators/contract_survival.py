"""How long contracts last: a Cox model fitted by lifelines and kept as plain arrays, so that it can be stored safely.

Contracts that still run are censored at their present age, which plain averages ignore.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ml.competition.results import CandidateFailed
from ml.data.contract_features import ATTRIBUTE_PREFIX, categories
from ml.treatment.transformer import treatment_of
from warehouse.tables.features import declared_features

if TYPE_CHECKING:
    from lifelines import CoxPHFitter

# Shortest duration: lifelines drops ends at time zero.
_SHORTEST_MONTHS = 0.01
# The last observed months, whose mean hazard is used beyond the data.
_TAIL_MONTHS = 12.0


class ContractSurvival(BaseEstimator):
    """Proportional hazards (Cox 1972) on the features that do not grow with the contract's age.

    Parameters
    ----------
    penalty
        Ridge penalty of lifelines' `CoxPHFitter`.
    minimum_own_variance_share
        A covariate is left out if the covariates before it explain all but less than this share of its variance.

    Attributes
    ----------
    months_, hazards_ : ndarray of shape (n_times,)
        Cumulative baseline hazard at the mean of the covariates, by months since the start.
    effects_ : ndarray of shape (n_covariates,)
        Log hazard ratios of `covariates_`.
    """

    def __init__(self, penalty: float = 0.01, minimum_own_variance_share: float = 0.05) -> None:
        self.penalty = penalty
        self.minimum_own_variance_share = minimum_own_variance_share

    def fit(self, X: pd.DataFrame, duration_months: ArrayLike, ended: ArrayLike) -> ContractSurvival:  # noqa: N803
        """Fit on one row per contract; `duration_months` and `ended` have the shape (n_contracts,).

        Raises
        ------
        CandidateFailed
            If lifelines does not converge, or no contract has ended.
        """
        self.columns_ = survival_columns(X)
        texts = [name for name in categories(X) if name in self.columns_]
        numbers = [name for name in self.columns_ if name not in texts]
        self.text_columns_ = texts
        self.treatment_ = treatment_of("contracts", tuple(self.columns_)).fit(X[self.columns_])
        self.encoder_ = _encoder(texts, numbers).fit(self._typed(X))
        names = [str(name) for name in self.encoder_.get_feature_names_out()]
        covariates = self.encoder_.transform(self._typed(X))
        self.kept_ = np.array(_independent(covariates, self.minimum_own_variance_share), dtype=int)
        self.covariates_ = [names[position] for position in self.kept_]
        table = pd.DataFrame(covariates[:, self.kept_], columns=self.covariates_)
        table["duration_months"] = np.maximum(np.asarray(duration_months, dtype=float), _SHORTEST_MONTHS)
        table["is_ended"] = np.asarray(ended, dtype=int)
        cox = self._fitted(table)
        self._take(cox)
        self.evidence_ = (cox, table)
        return self

    def pop_evidence(self) -> tuple[CoxPHFitter, pd.DataFrame]:
        """Return lifelines' fit and its table, one row per contract, and delete them: they cannot be stored safely."""
        evidence = self.evidence_
        del self.evidence_
        return evidence

    def _fitted(self, table: pd.DataFrame) -> CoxPHFitter:
        from lifelines import CoxPHFitter
        from lifelines.exceptions import ConvergenceError

        if not table["is_ended"].any() or not self.covariates_:
            raise CandidateFailed("no contract has ended, or contracts do not differ: there is nothing to fit")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of low variance; what does not converge raises
                return CoxPHFitter(penalizer=self.penalty).fit(table, "duration_months", "is_ended")
        except (ConvergenceError, ValueError) as error:
            raise CandidateFailed(f"the Cox model cannot be fitted: {str(error).splitlines()[0]}") from error

    def _take(self, cox: CoxPHFitter) -> None:
        baseline = cox.baseline_cumulative_hazard_.iloc[:, 0]
        self.months_ = baseline.index.to_numpy(dtype=float)
        self.hazards_ = baseline.to_numpy(dtype=float)
        self.effects_ = cox.params_.to_numpy(dtype=float)
        self.means_ = cox._norm_mean.to_numpy(dtype=float)  # where lifelines centres its baseline
        before = max(self.months_[-1] - _TAIL_MONTHS, 0.0)
        grown = self.hazards_[-1] - np.interp(before, self.months_, self.hazards_)
        self.tail_hazard_ = float(grown / max(self.months_[-1] - before, 1.0))
        self.concordance_in_sample_ = float(cox.concordance_index_)

    def log_relative_hazard(self, X: pd.DataFrame) -> NDArray:  # noqa: N803
        """Log hazard ratio of each contract to the mean contract, shape (n_contracts,)."""
        covariates = self.encoder_.transform(self._typed(X))[:, self.kept_]
        return (covariates - self.means_) @ self.effects_

    def cumulative_hazard(self, months: ArrayLike) -> NDArray:
        """Cumulative hazard of the mean contract after so many months, elementwise.

        Beyond the data it is extrapolated by the mean rate of the last 12 months.
        """
        months = np.asarray(months, dtype=float)
        position = np.searchsorted(self.months_, months, side="right") - 1
        inside = np.where(position >= 0, self.hazards_[np.maximum(position, 0)], 0.0)
        return inside + self.tail_hazard_ * np.maximum(months - self.months_[-1], 0.0)

    def survival(self, X: pd.DataFrame, lasted_months: ArrayLike, ahead_months: float) -> NDArray:  # noqa: N803
        """P(a contract of age `lasted_months` lasts `ahead_months` more), shape (n_contracts,)."""
        lasted = np.asarray(lasted_months, dtype=float)
        grown = self.cumulative_hazard(lasted + ahead_months) - self.cumulative_hazard(lasted)
        return np.exp(-grown * np.exp(self.log_relative_hazard(X)))

    def expected_months(self, X: pd.DataFrame, lasted_months: ArrayLike, horizon_months: int) -> NDArray:  # noqa: N803
        """Expected remaining months up to `horizon_months`: the area below the survival curve, shape (n_contracts,)."""
        lasted = np.asarray(lasted_months, dtype=float)
        relative, start = np.exp(self.log_relative_hazard(X)), self.cumulative_hazard(lasted)
        total, former = np.zeros(len(lasted)), np.ones(len(lasted))
        for month in range(1, horizon_months + 1):
            now = np.exp(-(self.cumulative_hazard(lasted + month) - start) * relative)
            total, former = total + (former + now) / 2, now
        return total

    def _typed(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """The features with the types of the training, missing values and outliers treated."""
        kinds = {name: "object" if name in self.text_columns_ else "float64" for name in self.columns_}
        typed = X[self.columns_].astype(kinds)
        treatment = getattr(self, "treatment_", None)  # versions registered before there were rules have none
        return typed if treatment is None else treatment.transform(typed)


def survival_columns(frame: pd.DataFrame) -> list[str]:
    """Names of the features that do not grow with age; without the plan's name where attributes describe the plan.

    Amounts come last, so that the part of the price that services explain is attributed to the services.
    """
    detailed = any(name.startswith(ATTRIBUTE_PREFIX) for name in frame.columns)
    grown = (feature.name for feature in declared_features("contracts").values() if feature.grows_with_contract)
    left_out = {*grown, *(["plan_name"] if detailed else [])}
    kept = [name for name in frame.columns if name not in left_out]
    return sorted(kept, key=lambda name: name.endswith("_amount"))


def _encoder(texts: list[str], numbers: list[str]) -> Any:
    """Terms are categories: the effect of a two-year term need not be twice that of a one-year term."""
    as_categories = [*texts, *(name for name in numbers if name == "term_months")]
    others = [name for name in numbers if name != "term_months"]
    encoder = OneHotEncoder(drop="first", handle_unknown="ignore", min_frequency=0.01, sparse_output=False)
    scaled = Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("centre", StandardScaler(with_std=False)),
        ]
    )
    return ColumnTransformer(
        [("categories", encoder, as_categories), ("numbers", scaled, others)], verbose_feature_names_out=False
    )


def _independent(covariates: NDArray, minimum_share: float) -> list[int]:
    """Positions of covariates that vary and are not nearly linear combinations of those before them."""
    kept: list[int] = []
    for position in range(covariates.shape[1]):
        column = covariates[:, position] - covariates[:, position].mean()
        variance = float(column @ column)
        if variance <= 1e-12 * len(column):
            continue
        if kept:
            others = covariates[:, kept] - covariates[:, kept].mean(axis=0)
            column = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
        if float(column @ column) >= minimum_share * variance:
            kept.append(position)
    return kept
