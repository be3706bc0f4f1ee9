"""Global plots of contributions. Functions return figures and write nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ml.contributions.scales import Contributions
from ml.data.features import is_text
from ml.evaluation.plots import plain

_BLUE, _RED, _GREY = "#1f5fa8", "#b5483a", "#8a8a8a"
_SHOWN_FEATURES = 15
_DEPENDENCE_FEATURES = 4
_MOST_POINTS = 3000
_MOST_CATEGORIES = 8
_ZERO = 1e-9


def global_pictures(
    contributions: Contributions, features: pd.DataFrame, title: str, unit: str
) -> Mapping[str, Figure]:
    """Plots of importance, all contributions, and dependence on the leading features.

    Parameters
    ----------
    features
        The explained rows, in the order of the contributions.
    unit
        Unit of the contributions, for labels.
    """
    importance = mean_absolute(contributions)
    shown = [name for name in importance.index[:_SHOWN_FEATURES] if importance[name] > _ZERO]
    if not shown:
        return {}
    return {
        "importance": _bars(importance[shown], title, unit),
        "summary": _summary(contributions, features, shown, title, unit),
        "dependence": _dependence(contributions, features, shown[:_DEPENDENCE_FEATURES], title, unit),
    }


def mean_absolute(contributions: Contributions) -> pd.Series:
    """Mean absolute contribution, indexed by feature, largest first."""
    return contributions.values.abs().mean().sort_values(ascending=False, kind="stable")


def _bars(importance: pd.Series, title: str, unit: str) -> Figure:
    figure = Figure(figsize=(8, 1.4 + 0.32 * len(importance)), layout="constrained")
    axes = figure.subplots()
    axes.barh(_readable(importance.index[::-1]), importance.iloc[::-1], color=_BLUE)
    axes.set(xlabel=f"mean absolute contribution ({unit})", title=f"What moves the score: {title}")
    return plain(figure, has_grid=False)


def _summary(contributions: Contributions, features: pd.DataFrame, shown: list[str], title: str, unit: str) -> Figure:
    """One point per row and feature; the colour is the rank of the row's value."""
    rows = _some_rows(len(features))
    figure = Figure(figsize=(9, 1.6 + 0.38 * len(shown)), layout="constrained")
    axes = figure.subplots()
    points = None
    for height, name in enumerate(reversed(shown)):
        moved = contributions.values[name].to_numpy()[rows]
        rank = _rank(features[name]).to_numpy()[rows]
        axes.scatter(moved[np.isnan(rank)], height + _spread(moved[np.isnan(rank)]), s=5, color=_GREY, linewidths=0)
        known = ~np.isnan(rank)
        points = axes.scatter(
            moved[known], height + _spread(moved[known]), s=5, c=rank[known], cmap="coolwarm", vmin=0, vmax=1
        )
    axes.axvline(0, color=_GREY, linewidth=1)
    axes.set_yticks(range(len(shown)), _readable(reversed(shown)))
    axes.set(xlabel=f"contribution to the score ({unit})", title=f"All contributions: {title}")
    # pyrefly: ignore[bad-argument-type] (there is at least one feature)
    bar = figure.colorbar(points, ax=axes, ticks=[0, 1])
    bar.ax.set_yticklabels(["low value", "high value"])
    return plain(figure, has_grid=False)


def _dependence(
    contributions: Contributions, features: pd.DataFrame, shown: list[str], title: str, unit: str
) -> Figure:
    """Contribution against value for the leading features."""
    rows = _some_rows(len(features))
    figure = Figure(figsize=(10, 3.6 * ((len(shown) + 1) // 2)), layout="constrained")
    panels = np.ravel(figure.subplots((len(shown) + 1) // 2, 2, squeeze=False))
    for axes, name in zip(panels, shown, strict=False):
        value, moved = features[name].iloc[rows], contributions.values[name].to_numpy()[rows]
        if is_text(value):
            means = pd.Series(moved).groupby(value.to_numpy()).agg(["mean", "size"])
            means = means.sort_values("size", ascending=False).head(_MOST_CATEGORIES)
            axes.barh(means.index.astype(str), means["mean"], color=_BLUE)
        else:
            known = value[value.notna()]
            axes.scatter(value, moved, s=6, color=_BLUE, alpha=0.4, linewidths=0)
            if len(known) and known.min() >= 0 and known.max() > 50 * max(known.median(), 1):
                axes.set_xscale("symlog", linthresh=max(float(known.median()), 1.0))
        if not is_text(value):
            axes.axhline(0, color=_GREY, linewidth=1)
        axes.set(xlabel=name.replace("_", " "), ylabel=unit)
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    figure.suptitle(f"How the score follows the leading features: {title}")
    return plain(figure, has_grid=False)


def _some_rows(count: int) -> NDArray:
    """Positions spread evenly over the rows."""
    return np.unique(np.linspace(0, count - 1, min(count, _MOST_POINTS)).astype(int))


def _rank(column: pd.Series) -> pd.Series:
    """Rank from 0 to 1; categories have none."""
    if is_text(column):
        return pd.Series(np.nan, index=column.index)
    return column.rank(pct=True)


def _spread(moved: NDArray) -> NDArray:
    """Vertical offsets of points, so that many points at about the same place form a wider band."""
    if not len(moved):
        return moved
    group = np.digitize(moved, np.linspace(moved.min(), moved.max() + _ZERO, 60))
    turn = pd.Series(group).groupby(group).cumcount().to_numpy()
    size = np.bincount(group)[group]
    widest = 0.4 * np.sqrt(size / size.max())
    return widest * (2 * (turn + 0.5) / size - 1)


def _readable(names: Iterable[object]) -> list[str]:
    return [str(name).replace("_", " ") for name in names]
