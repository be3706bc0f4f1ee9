"""Figures by fold and curves of the contenders, for MLflow."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ml.evaluation.uplift import qini_curve
from ml.jobs.choice import Choice
from ml.jobs.uplift.competition import Predicted, bands_of, figures_of
from ml.jobs.uplift.configuration import UpliftConfiguration

_FIFTHS = 5


def fold_figures(
    predicted: list[Predicted], choice: Choice, outcome: str, settings: UpliftConfiguration
) -> dict[str, object]:
    """Each fold with the figures of every contender, bands for who serves and for the best rule, and what came true."""
    shown = sorted({choice.serving or choice.baseline, choice.baseline})
    return {
        "reason": choice.reason,
        "folds": [
            {
                "name": part.fold.name,
                "learned_count": int(part.fold.learned.sum()),
                "predicted_count": len(part.rows),
                "figures": {one.name: figures_of(part, one.name, outcome) for one in choice.contenders},
                "bands": {name: bands_of(part, name, outcome, settings) for name in shown},
                "by_fifths": _by_fifths(part, shown[0] if len(shown) == 1 else choice.serving or choice.baseline),
            }
            for part in predicted
        ],
    }


def _by_fifths(part: Predicted, name: str) -> list[dict[str, float]]:
    """Predicted and actual uplift by fifths of the prediction, the highest first."""
    order = np.argsort(-part.scores[name], kind="stable")
    return [
        {"predicted": float(part.scores[name][fifth].mean()), "actual": float(part.effects[fifth].mean())}
        for fifth in np.array_split(order, _FIFTHS)
    ]


def curves(predicted: list[Predicted], choice: Choice, outcome: str, name: str) -> Figure:
    """Qini curves of the last fold: extra buyers against customers contacted, in the order of each contender."""
    part = predicted[-1]
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for contender in choice.contenders:
        chosen, extra = qini_curve(part.rows[outcome], part.rows["is_treated"], part.scores[contender.name])
        axes.plot(
            chosen / chosen[-1],
            extra,
            label=contender.name,
            linestyle="--" if contender.is_baseline else "-",
            linewidth=2.5 if contender.name == choice.serving else 1.2,
        )
    axes.set(
        title=f"{name}: {part.fold.name}",
        xlabel="share of customers contacted",
        ylabel="extra buyers among the contacted",
    )
    axes.legend(fontsize=8)
    return figure
