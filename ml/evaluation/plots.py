"""Plots by which to judge a model before using it. Functions return figures and write nothing.

The arrays `actual`, and `predicted` or each of `predictions` by name, have the shape (n_rows,) and one order of rows.
Of several predictions the first four are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ml.evaluation.metrics import decile_table

COLOURS = ("#1f5fa8", "#c8752a", "#4b8f5c", "#7a5aa6")
_GREY = "#8a8a8a"
# Lift of fewer customers than this is noise.
_FIRST_LIFT_SHARE = 0.02
# Standard deviations from which a cell is too dark for black text.
_DARK_CELL = 1.3


def calibration(actual: NDArray, predictions: Mapping[str, NDArray], title: str) -> Figure:
    """Observed share against predicted probability by tenths of the rows, above a histogram of the predictions."""
    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="perfect")
    for (name, predicted), colour in zip(predictions.items(), COLOURS, strict=False):
        table = decile_table(actual, predicted)
        upper.plot(table["predicted_mean"], table["actual_mean"], marker="o", color=colour, label=name)
        lower.hist(predicted, bins=np.linspace(0, 1, 41), histtype="step", color=colour)
    upper.set(ylabel="observed share", ylim=(0, 1), title=f"Calibration: {title}")
    upper.legend(frameon=False)
    lower.set(xlabel="predicted probability", ylabel="customers", xlim=(0, 1))
    return plain(figure)


def gain_and_lift(actual: NDArray, predictions: Mapping[str, NDArray], title: str, what: str) -> Figure:
    """Cumulative gain and lift of `what`, highest score first."""
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    gain, lift = figure.subplots(1, 2)
    gain.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="at random")
    lift.axhline(1, color=_GREY, linestyle="--", linewidth=1)
    for (name, predicted), colour in zip(predictions.items(), COLOURS, strict=False):
        share, captured = _gain_curve(actual, predicted)
        gain.plot(share, captured, color=colour, label=name)
        shown = share >= _FIRST_LIFT_SHARE
        lift.plot(share[shown], captured[shown] / share[shown], color=colour)
    best_share, best = _gain_curve(actual, actual)
    gain.plot(best_share, best, color=_GREY, linewidth=1, label="perfect ranking")
    gain.set(xlabel="share of customers, highest score first", ylabel=f"share of {what}", title="Gain")
    gain.legend(frameon=False)
    lift.set(xlabel="share of customers, highest score first", ylabel="times the average", title="Lift")
    figure.suptitle(title)
    return plain(figure)


def probability_pictures(
    actual: NDArray, shown: Mapping[str, NDArray], title: str, *, events: str, mean: str
) -> dict[str, Figure]:
    """The three plots of a classifier; deciles are those of the first of the predictions shown.

    Parameters
    ----------
    events, mean
        Names of the positive rows and of their share, for labels.
    """
    return {
        "calibration": calibration(actual, shown, title),
        "gain_and_lift": gain_and_lift(actual, shown, title, events),
        "predicted_against_actual_by_decile": by_decile(actual, next(iter(shown.values())), title, mean),
    }


def by_decile(actual: NDArray, predicted: NDArray, title: str, what: str) -> Figure:
    """Mean predicted and mean actual value by tenth of the prediction, lowest first."""
    table = decile_table(actual, predicted)
    position = np.arange(len(table["count"]))
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.bar(position - 0.2, table["predicted_mean"], width=0.4, color=COLOURS[0], label="predicted")
    axes.bar(position + 0.2, table["actual_mean"], width=0.4, color=COLOURS[1], label="actual")
    axes.set_xticks(position, [f"{number + 1}\n({count})" for number, count in enumerate(table["count"])])
    axes.set(
        xlabel="tenth of the prediction, lowest first (customers)",
        ylabel=f"mean {what}",
        title=f"Predicted against actual: {title}",
    )
    axes.legend(frameon=False)
    return plain(figure)


def segment_profiles(profiles: pd.DataFrame, names: Mapping[int, str], shares: Mapping[int, float]) -> Figure:
    """Heat map of the segments' profiles on the models' scale; the cells show medians in their own units.

    Parameters
    ----------
    profiles
        One row per segment id; columns in pairs, `<feature>` (mean, standardised) and `<feature>__median` (own units).
    """
    features = [name for name in profiles.columns if not name.endswith("__median")]
    figure = Figure(figsize=(3.4 + 1.5 * len(features), 1.6 + 0.62 * len(profiles)), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(profiles[features], cmap="RdBu_r", vmin=-2, vmax=2, aspect="auto")
    for row, segment in enumerate(profiles.index):
        for column, feature in enumerate(features):
            value = profiles.loc[segment, f"{feature}__median"]
            dark = abs(profiles.loc[segment, feature]) > _DARK_CELL
            axes.text(column, row, f"{value:,.0f}", ha="center", va="center", color="white" if dark else "black")
    axes.set_xticks(range(len(features)), [name.replace("_", " ") for name in features], rotation=20, ha="right")
    axes.set_yticks(range(len(profiles)), [f"{names[s]} ({shares[s]:.0%})" for s in profiles.index])
    # Over the whole figure: the cells are narrower than these words where features are few.
    figure.suptitle("Segments: median of each feature\ncolour is the distance from the average customer")
    figure.colorbar(image, ax=axes, label="standard deviations, log scale")
    return figure


def _gain_curve(actual: NDArray, score: NDArray) -> tuple[NDArray, NDArray]:
    values, inverse, count = np.unique(-score, return_inverse=True, return_counts=True)
    amount = np.bincount(inverse, actual, len(values))
    share = np.concatenate([[0], np.cumsum(count) / len(score)])
    return share, np.concatenate([[0], np.cumsum(amount) / max(amount.sum(), 1e-12)])


def plain(figure: Figure, *, has_grid: bool = True) -> Figure:
    """Remove the upper and right frame of each panel, and draw faint horizontal lines behind the data."""
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        if has_grid:
            axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    return figure
