"""Fairness of a model: its metrics on the holdout for each age group, gender and country.

The figures are reported, not optimised: groups that buy differently have different churn rates, and users have to
interpret a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.configuration import load_configuration
from ml.data.features import UNKNOWN_CATEGORY
from ml.evaluation import metrics
from ml.explanations.configuration import FairnessConfiguration

EVERYONE, SMALL_GROUPS, DIFFERENCE = "(all)", "(small groups)", "(difference)"
TABLE_COLUMNS = ("group_column", "group_value", "customer_count", "metric_name", "metric_value")

Metric = Callable[[NDArray, NDArray], float]


def fairness_figures(
    rows: pd.DataFrame,
    actual: NDArray,
    predicted: NDArray,
    selected: NDArray,
    *,
    is_probability: bool,
    configuration: FairnessConfiguration | None = None,
) -> pd.DataFrame:
    """Figures by group.

    Parameters
    ----------
    rows
        The evaluated rows, with `age_years` and the group columns of fairness.yml where the source has them.
    actual, predicted
        Outcome and prediction of each row, shape (n_rows,).
    selected
        Mask of the rows one would act on (high risk band, upper value tiers), shape (n_rows,).

    Returns
    -------
    DataFrame
        One row per group and metric, with `TABLE_COLUMNS`; empty if the source has no group.
    """
    settings = configuration or load_configuration(FairnessConfiguration, "fairness")
    tables = [
        figures_by_group(name, group, actual, predicted, selected, is_probability=is_probability, settings=settings)
        for name, group in customer_groups(rows, settings).items()
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(TABLE_COLUMNS))


def figures_by_group(
    column: str,
    group: pd.Series,
    actual: NDArray,
    predicted: NDArray,
    selected: NDArray,
    *,
    is_probability: bool,
    settings: FairnessConfiguration,
) -> pd.DataFrame:
    """Figures of all rows, of each group of one column and of the gaps between them, as `fairness_figures`.

    Small groups are pooled, or left out if they are too small together.
    """
    group = _pooled(group, settings.minimum_customer_count)
    kept = group.notna().to_numpy()
    if not kept.any():
        return pd.DataFrame(columns=list(TABLE_COLUMNS))
    metrics_of = _metrics(settings, is_probability=is_probability)

    def figures(rows: NDArray) -> dict[str, float]:
        measured = {name: metric(actual[rows], predicted[rows]) for name, metric in metrics_of.items()}
        return {"customer_count": len(rows), **measured, "selection_rate": float(np.mean(selected[rows]))}

    names, number = np.unique(group[kept].to_numpy(dtype=str), return_inverse=True)
    rows = np.flatnonzero(kept)
    of_groups = {str(name): figures(rows[number == place]) for place, name in enumerate(names)}
    return _table(column, pd.DataFrame.from_dict(of_groups, orient="index"), figures(rows))


def _metrics(settings: FairnessConfiguration, *, is_probability: bool) -> Mapping[str, Metric]:
    least = settings.minimum_class_count

    def with_both(metric: Metric) -> Metric:
        def measured(actual: NDArray, predicted: NDArray) -> float:
            positive = actual > 0
            is_enough = min(positive.sum(), (~positive).sum()) >= least
            return metric(actual, predicted) if is_enough else float("nan")

        return measured

    common = {
        "actual_mean": lambda actual, predicted: float(np.mean(actual)),
        "predicted_mean": lambda actual, predicted: float(np.mean(predicted)),
        "level_ratio": with_both(metrics.level_ratio),
    }
    if is_probability:
        return {"roc_auc": with_both(metrics.roc_auc), "brier": metrics.brier, **common}
    return {"gini": with_both(metrics.normalised_gini), **common}


def customer_groups(rows: pd.DataFrame, settings: FairnessConfiguration) -> dict[str, pd.Series]:
    """Group column → the group of each row; columns without values are left out."""
    found = {}
    if "age_years" in rows and rows["age_years"].notna().any():
        found["age_group"] = _age_group(rows["age_years"], settings.age_group_starts)
    for name in settings.group_columns:
        if name in rows and rows[name].notna().any():
            found[name] = rows[name].astype("object").where(rows[name].notna(), UNKNOWN_CATEGORY).astype(str)
    return found


def _age_group(age: pd.Series, starts: tuple[int, ...]) -> pd.Series:
    names = [f"under {starts[0]}"]
    names += [f"{start} to {end - 1}" for start, end in pairwise(starts)]
    names.append(f"{starts[-1]} and over")
    years = pd.to_numeric(age, errors="coerce").astype("float64").to_numpy()
    group = np.asarray(names, dtype=object)[np.searchsorted(starts, years, side="right").clip(max=len(starts))]
    return pd.Series(np.where(np.isnan(years), UNKNOWN_CATEGORY, group), index=age.index, dtype=object)


def _pooled(group: pd.Series, minimum: int) -> pd.Series:
    """Pool small groups; null if the pool is too small too."""
    size = group.map(group.value_counts())
    pooled = group.mask(size < minimum, SMALL_GROUPS)
    return pooled.mask((pooled == SMALL_GROUPS) & (int((size < minimum).sum()) < minimum), None)


def _table(column: str, by_group: pd.DataFrame, overall: Mapping[str, float]) -> pd.DataFrame:
    names = [name for name in by_group.columns if name != "customer_count"]
    records = []
    for value, figures in [(EVERYONE, overall), *by_group.sort_index().iterrows()]:
        count = int(figures["customer_count"])
        records += [(column, str(value), count, name, float(figures[name])) for name in names]
    if len(by_group) > 1:
        gap = by_group[names].max() - by_group[names].min()
        records += [(column, DIFFERENCE, None, name, float(gap[name])) for name in names]
    return pd.DataFrame(records, columns=list(TABLE_COLUMNS))
