"""The rules for missing values and outliers as a transformer, the first step of every learned model's pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin

from ml.data.features import is_text
from ml.treatment.configuration import load_treatment, rule_of
from ml.treatment.neighbours import NeighbourMean
from warehouse.tables.features import ColumnRule, Subject

CHANGE_COLUMNS = ("row", "column_name", "rule", "original_value", "used_value")
WINSORISED = "winsorised"


class FeatureTreatment(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Clip outliers at quantiles, then impute missing values, column by column; other columns pass unchanged.

    A column that is missing in every training row passes unchanged too: there is nothing to impute it from. Missing
    values under the rules `keep` and `drop` stay missing here; rows are dropped before (`ml.treatment.rows`).

    Parameters
    ----------
    rules
        Column → its rule in plain values, as `treatment_of` makes them: a stored model keeps its rules.
    reference_row_count
        Maximum number of training rows among which neighbours are searched.

    Attributes
    ----------
    bounds_ : dict
        Column → the lower and upper value at which it is clipped.
    filling_ : dict
        Column → the value imputed for missing ones.
    neighbours_ : dict
        Column → `NeighbourMean`.
    touched_ : dict
        Column → rule → number of changed training values.
    row_count_ : int
        Number of training rows.
    """

    def __init__(self, rules: dict[str, dict] | None = None, reference_row_count: int = 2000) -> None:
        self.rules = rules
        self.reference_row_count = reference_row_count

    def fit(self, X: pd.DataFrame, y: object = None) -> FeatureTreatment:  # noqa: N803
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        self.bounds_, self.filling_, self.neighbours_ = {}, {}, {}
        for name, rule in self._ruled(X):
            known = X[name].dropna()
            if rule["winsorise"] is not None and len(known):
                lower, upper = np.quantile(known, rule["winsorise"])
                if lower < upper:  # equal quantiles of a rare feature would remove all its variation
                    self.bounds_[name] = [float(lower), float(upper)]
        clipped = self._clipped(X)
        for name, rule in self._ruled(X):
            self._fit_imputation(name, rule, X, clipped)
        self.row_count_ = len(X)
        self.touched_ = touched(self.changes(X))
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """The frame with treated values, of the same shape; the frame given is not changed."""
        filled = self._clipped(X)
        for name, value in self.filling_.items():
            filled[name] = filled[name].fillna(value)
        for name, neighbours in self.neighbours_.items():
            is_missing = X[name].isna().to_numpy()
            if is_missing.any():
                filled.loc[is_missing, name] = neighbours.predict(X[is_missing])
        return filled

    def changes(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """Every value of the frame that `transform` changes, one row per value.

        Returns
        -------
        DataFrame
            `row` (position), `column_name`, `rule` (the rule for missing values, or "winsorised"), `original_value`
            (null where it was missing), `used_value`; by column, then row.
        """
        return value_changes(X, self.transform(X), {name: rule["missing"] for name, rule in self._ruled(X)})

    def treatment(self) -> FeatureTreatment | None:
        """Itself, once fitted; as `ml.estimators.base.Served.treatment`."""
        return self if hasattr(self, "feature_names_in_") else None

    def _ruled(self, X: pd.DataFrame) -> Iterator[tuple[str, dict]]:  # noqa: N803
        """Numeric columns that have a rule which may change them."""
        for name, rule in (self.rules or {}).items():
            if name in X and not is_text(X[name]):
                yield name, rule

    def _clipped(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        return X.assign(**{name: np.clip(X[name].to_numpy(), *bounds) for name, bounds in self.bounds_.items()})

    def _fit_imputation(self, name: str, rule: dict, X: pd.DataFrame, clipped: pd.DataFrame) -> None:  # noqa: N803
        known = clipped[name].dropna()
        if rule["missing"] == "constant":
            self.filling_[name] = float(rule["constant"])
        if known.empty:
            return
        near_by = tuple(column for column in rule["near_by"] if column in X)
        if rule["missing"] == "mean":
            self.filling_[name] = float(
                np.sort(known.to_numpy()).mean()
            )  # sorted, so that the order of rows does not matter
        elif rule["missing"] == "median" or (rule["missing"] == "knn" and not near_by):
            self.filling_[name] = float(known.median())
        elif rule["missing"] == "knn":
            neighbours = NeighbourMean(near_by, rule["neighbour_count"], self.reference_row_count)
            self.neighbours_[name] = neighbours.fit(X.loc[clipped[name].notna(), list(near_by)], known)


def treatment_of(
    subject: Subject, columns: tuple[str, ...], rules: Mapping[str, ColumnRule] | None = None
) -> FeatureTreatment:
    """The unfitted treatment of some features, by their declared rules or by those given.

    Raises
    ------
    KeyError
        If a feature has no rule.
    """
    rules = {name: rule_of(subject, name) for name in columns} if rules is None else rules
    return FeatureTreatment(
        {name: _plain(rule) for name, rule in rules.items() if rule.changes_values},
        load_treatment().reference_row_count,
    )


def value_changes(before: pd.DataFrame, after: pd.DataFrame, missing_rules: Mapping[str, str]) -> pd.DataFrame:
    """The differences between two frames of the same shape, as `FeatureTreatment.changes`.

    Parameters
    ----------
    missing_rules
        Column → the name of its rule for missing values.
    """
    parts = [_changed(name, rule, before[name], after[name]) for name, rule in missing_rules.items()]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CHANGE_COLUMNS))


def touched(changes: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Column → rule → number of changed values, of a frame as `FeatureTreatment.changes`."""
    return {
        str(name): {str(rule): int(count) for rule, count in rules.value_counts().sort_index().items()}
        for name, rules in changes.groupby("column_name")["rule"]
    }


def _changed(name: str, missing_rule: str, original: pd.Series, used: pd.Series) -> pd.DataFrame:
    before, after = original.to_numpy(dtype=float), used.to_numpy(dtype=float)
    was_missing = np.isnan(before)
    rows = np.flatnonzero(np.where(was_missing, ~np.isnan(after), before != after))
    rule = np.where(was_missing[rows], missing_rule, WINSORISED)
    values = (rows, name, rule, before[rows], after[rows])
    return pd.DataFrame(dict(zip(CHANGE_COLUMNS, values, strict=True)))


def _plain(rule: ColumnRule) -> dict:
    """A rule as plain values, which a stored model may contain."""
    return {
        "missing": rule.missing,
        "constant": rule.constant,
        "neighbour_count": rule.neighbour_count,
        "near_by": list(rule.near_by),
        "winsorise": None if rule.winsorise is None else list(rule.winsorise),
    }
