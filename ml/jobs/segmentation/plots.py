"""The picture of the competition between methods and numbers of segments."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from ml.jobs.segmentation.candidates import METHODS, method_of

_COLOURS = dict(zip(METHODS, ("#1f5fa8", "#c8752a", "#4b8f5c"), strict=True))
_PANELS = (
    ("silhouette", "silhouette"),
    ("stability_ari", "stability over resamples (ARI)"),
    ("monthly_model_ari", "stability over months (ARI)"),
    ("smallest_share", "smallest share"),
)


def evidence_by_method(evidence: pd.DataFrame, chosen: str) -> Figure:
    """Figures of every candidate by its number of segments, one colour per method, the chosen one ringed.

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
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    panels[0].legend(frameon=False)
    figure.suptitle(f"Methods and numbers of segments: {chosen} chosen")
    return figure
