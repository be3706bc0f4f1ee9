"""Tables and plots by which to judge a survival model: survival curves, hazard ratios, renewals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ml.estimators.contract_survival import ContractSurvival
from ml.evaluation.plots import COLOURS, plain
from ml.jobs.contract_churn.validation import Rounds
from ml.purchase_models import ShiftedBetaGeometric
from ml.purchase_models.inputs import TooLittleData
from warehouse.base.csv_writing import as_text_cell

if TYPE_CHECKING:
    from lifelines import CoxPHFitter

_LARGEST_TERM_COUNT = 4
_YEAR_MONTHS = 12
_PROJECTED_RENEWALS = 5


def term_words(term_months: int) -> str:
    """The type of a contract by its term in months, in words; 0 where it is not known."""
    return {0: "term not known", 1: "month to month"}.get(int(term_months), f"{term_months} months")


def survival_by_term(histories: pd.DataFrame) -> pd.DataFrame:
    """Kaplan–Meier curves of the most common contract types.

    Parameters
    ----------
    histories
        One row per contract, as in `Contracts`.

    Returns
    -------
    DataFrame
        One row per type and month: `term_months` (0: not known), `month`, `survival`, `lower`, `upper` (95 %),
        `at_risk`.
    """
    from lifelines import KaplanMeierFitter

    terms = histories["term_months"].fillna(0).astype(int)
    parts = []
    for term in sorted(terms.value_counts().index[:_LARGEST_TERM_COUNT]):
        rows = histories[terms == term]
        curve = KaplanMeierFitter().fit(rows["duration_months"], rows["is_ended"].astype(int))
        bounds = curve.confidence_interval_survival_function_.to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "term_months": term,
                    "month": curve.survival_function_.index.to_numpy(),
                    "survival": curve.survival_function_.iloc[:, 0].to_numpy(),
                    "lower": bounds[:, 0],
                    "upper": bounds[:, 1],
                    "at_risk": curve.event_table["at_risk"].to_numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def hazard_ratios(cox: CoxPHFitter, table: pd.DataFrame) -> pd.DataFrame:
    """Hazard ratios with 95 % intervals, and a test of proportional hazards; one row per covariate.

    If `proportionality_p` is small, the effect changes with the age of the contract, and the ratio is an average.
    """
    from lifelines.statistics import proportional_hazard_test

    summary = cox.summary
    tested = proportional_hazard_test(cox, table, time_transform="rank").summary["p"]
    return pd.DataFrame(
        {
            "covariate": summary.index,
            "hazard_ratio": summary["exp(coef)"].to_numpy(),
            "lower_95": summary["exp(coef) lower 95%"].to_numpy(),
            "upper_95": summary["exp(coef) upper 95%"].to_numpy(),
            "p": summary["p"].to_numpy(),
            "proportionality_p": tested.reindex(summary.index).to_numpy(),
        }
    ).sort_values("hazard_ratio", ascending=False, ignore_index=True)


def out_of_fold_concordance(
    survival: ContractSurvival, frame: pd.DataFrame, histories: pd.DataFrame, rounds: Rounds
) -> float:
    """Concordance index of out-of-fold predictions of the first repetition; one row per contract in both frames."""
    from lifelines.utils import concordance_index
    from sklearn.base import clone

    risk: NDArray = np.full(len(frame), np.nan)
    duration, ended = histories["duration_months"].to_numpy(), histories["is_ended"].to_numpy()
    for fitted_on, held_out in rounds[0]:
        model = clone(survival).fit(frame.iloc[fitted_on], duration[fitted_on], ended[fitted_on])
        risk[held_out] = model.log_relative_hazard(frame.iloc[held_out])
    return float(concordance_index(duration, -risk, ended))


def yearly_renewals(histories: pd.DataFrame, minimum_count: int) -> dict[str, object]:
    """Shifted-beta-geometric model of the contracts with terms of a year or longer, or the reason for none."""
    terms = histories["term_months"].fillna(0)
    rows = histories[terms >= _YEAR_MONTHS]
    if len(rows) < minimum_count:
        return {"refused": f"Only {len(rows)} contracts with terms of a year or longer; {minimum_count} are needed."}
    renewals = pd.DataFrame(
        {
            "renewal_count": np.floor(rows["duration_months"] / rows["term_months"]),
            "is_churned": rows["is_ended"].astype(int),
        }
    )
    try:
        model = ShiftedBetaGeometric().fit(renewals)
    except TooLittleData as error:
        return {"refused": str(error)}
    return {
        "contract_count": len(rows),
        "alpha": model.alpha_,
        "beta": model.beta_,
        "log_likelihood": model.log_likelihood_,
        "retention_by_renewal": [float(rate) for rate in model.retention_rate(np.arange(1, _PROJECTED_RENEWALS + 1))],
        "cautions": [
            "contracts that end in mid-term count as ended at the next renewal",
            *model.check_health(),
            *model.cautions(),
        ],
    }


def survival_figure(curves: pd.DataFrame, title: str) -> Figure:
    """Plot the curves of `survival_by_term` with their intervals."""
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes = figure.subplots()
    for (_, rows), colour in zip(curves.groupby("term_months"), COLOURS, strict=False):
        label = term_words(rows["term_months"].iloc[0])
        axes.step(rows["month"], rows["survival"], where="post", color=colour, label=label)
        axes.fill_between(rows["month"], rows["lower"], rows["upper"], step="post", color=colour, alpha=0.15)
    axes.set(xlabel="months since the start", ylabel="share still running", ylim=(0, 1), title=title)
    axes.legend(frameon=False, title="contract")
    return plain(figure)


def hazard_figure(ratios: pd.DataFrame, title: str) -> Figure:
    """Plot the table of `hazard_ratios` on a log scale."""
    figure = Figure(figsize=(8, 1.2 + 0.3 * len(ratios)), layout="constrained")
    axes = figure.subplots()
    position = np.arange(len(ratios))[::-1]
    spread = np.vstack([ratios["hazard_ratio"] - ratios["lower_95"], ratios["upper_95"] - ratios["hazard_ratio"]])
    axes.errorbar(ratios["hazard_ratio"], position, xerr=spread, fmt="o", color=COLOURS[0], capsize=2)
    axes.axvline(1, color="#8a8a8a", linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(position, ratios["covariate"])
    axes.set(xlabel="hazard ratio (above 1: ends sooner)", title=title)
    return plain(figure)


def as_documents(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Tables as CSV texts by file name; no cell can be read as a formula by a spreadsheet."""
    return {
        f"{name}.csv": table.map(as_text_cell).to_csv(index=False, float_format="%.6g")
        for name, table in tables.items()
    }
