"""Pictures that a person looks at before trusting a model. They return figures and write nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ml.evaluation.metrics import decile_table

_COLOURS = ("#1f5fa8", "#c8752a", "#4b8f5c", "#7a5aa6")
_GREY = "#8a8a8a"
# Lift of fewer customers than this is noise.
_FIRST_LIFT_SHARE = 0.02
# Standard deviations from which a cell is too dark for black text.
_DARK_CELL = 1.3


def calibration(actual: NDArray, predictions: Mapping[str, NDArray], title: str) -> Figure:
    """Observed against predicted probability by tenths, with the number of customers below."""
    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="perfect")
    for (name, predicted), colour in zip(predictions.items(), _COLOURS, strict=False):
        table = decile_table(actual, predicted)
        upper.plot(table["predicted_mean"], table["actual_mean"], marker="o", color=colour, label=name)
        lower.hist(predicted, bins=np.linspace(0, 1, 41), histtype="step", color=colour)
    upper.set(ylabel="observed share", ylim=(0, 1), title=f"Calibration: {title}")
    upper.legend(frameon=False)
    lower.set(xlabel="predicted probability", ylabel="customers", xlim=(0, 1))
    return _plain(figure)


def gain_and_lift(actual: NDArray, predictions: Mapping[str, NDArray], title: str, what: str) -> Figure:
    """How much of what happened the first customers by score hold, and how many times the average."""
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    gain, lift = figure.subplots(1, 2)
    gain.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="at random")
    lift.axhline(1, color=_GREY, linestyle="--", linewidth=1)
    for (name, predicted), colour in zip(predictions.items(), _COLOURS, strict=False):
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
    return _plain(figure)


def probability_pictures(
    actual: NDArray, shown: Mapping[str, NDArray], title: str, *, events: str, mean: str
) -> dict[str, Figure]:
    """The three pictures of a classifier; the first of those shown leads.

    Parameters
    ----------
    events, mean
        What happened to some, in words, and what the mean outcome is called.
    """
    return {
        "calibration": calibration(actual, shown, title),
        "gain_and_lift": gain_and_lift(actual, shown, title, events),
        "predicted_against_actual_by_decile": by_decile(actual, next(iter(shown.values())), title, mean),
    }


def by_decile(actual: NDArray, predicted: NDArray, title: str, what: str) -> Figure:
    """Mean predicted beside mean actual by tenth of the prediction, lowest first."""
    table = decile_table(actual, predicted)
    position = np.arange(len(table["count"]))
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.bar(position - 0.2, table["predicted_mean"], width=0.4, color=_COLOURS[0], label="predicted")
    axes.bar(position + 0.2, table["actual_mean"], width=0.4, color=_COLOURS[1], label="actual")
    axes.set_xticks(position, [f"{number + 1}\n({count})" for number, count in enumerate(table["count"])])
    axes.set(
        xlabel="tenth of the prediction, lowest first (customers)",
        ylabel=f"mean {what}",
        title=f"Predicted against actual: {title}",
    )
    axes.legend(frameon=False)
    return _plain(figure)


def segment_profiles(profiles: pd.DataFrame, names: Mapping[int, str], shares: Mapping[int, float]) -> Figure:
    """Each segment's median behaviour on the models' scale, with the real medians written in the cells.

    Parameters
    ----------
    profiles
        One row per segment id; columns in pairs, `<feature>` (standardised) and `<feature>__median` (real).
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
    # Over the whole picture: the cells are narrower than these words where features are few.
    figure.suptitle("Segments: median of each feature\ncolour is the distance from the average customer")
    figure.colorbar(image, ax=axes, label="standard deviations, log scale")
    return figure


def _gain_curve(actual: NDArray, score: NDArray) -> tuple[NDArray, NDArray]:
    values, inverse, count = np.unique(-score, return_inverse=True, return_counts=True)
    amount = np.bincount(inverse, actual, len(values))
    share = np.concatenate([[0], np.cumsum(count) / len(score)])
    return share, np.concatenate([[0], np.cumsum(amount) / max(amount.sum(), 1e-12)])


def _plain(figure: Figure) -> Figure:
    for axes in figure.axes:
        _unframed(axes)
    return figure


def _unframed(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
