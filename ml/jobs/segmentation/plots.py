"""The plot that compares methods and numbers of segments."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from ml.evaluation.plots import COLOURS, plain
from ml.jobs.segmentation.candidates import METHODS, method_of

_COLOURS = dict(zip(METHODS, COLOURS, strict=False))
_PANELS = (
    ("silhouette", "silhouette"),
    ("stability_ari", "stability over resamples (ARI)"),
    ("monthly_model_ari", "stability over months (ARI)"),
    ("smallest_share", "smallest share"),
)


def evidence_by_method(evidence: pd.DataFrame, chosen: str) -> Figure:
    """Plot metrics of every candidate by its number of segments, with a ring around the chosen one.

    Parameters
    ----------
    evidence
        One row per candidate, indexed by name.
    """
    figure = Figure(figsize=(13, 3.8), layout="constrained")
    panels = figure.subplots(1, len(_PANELS), sharex=True)
    for axes, (column, label) in zip(panels, _PANELS, strict=True):
        for method, colour in _COLOURS.items():
            rows = evidence[[method_of(name) == method for name in evidence.index]].sort_values("segment_count")
            line = "none" if method == "hdbscan" else "-"  # its settings are no sequence
            axes.plot(rows["segment_count"], rows[column], marker="o", linestyle=line, color=colour, label=method)
        axes.plot(
            evidence.loc[[chosen], "segment_count"],
            evidence.loc[[chosen], column],
            marker="o",
            markersize=14,
            markerfacecolor="none",
            color="black",
            linestyle="none",
        )
        axes.set(xlabel="number of segments", title=label)
    panels[0].legend(frameon=False)
    figure.suptitle(f"Methods and numbers of segments: {chosen} chosen")
    return plain(figure)
