"""The plot that compares methods and numbers of segments, and what is shown of the segments chosen."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ml.evaluation.plots import COLOURS, plain
from ml.jobs.segmentation.candidates import METHODS, method_of
from ml.jobs.segmentation.configuration import PROFILE_COLUMNS

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


def segment_profiles(features: pd.DataFrame, segment: np.ndarray) -> pd.DataFrame:
    """One row per segment: mean standardised log of each profile column, its median, and the share.

    Returns
    -------
    DataFrame
        Columns `<feature>`, `<feature>__median` and `share`, indexed by segment id.
    """
    values = features[list(PROFILE_COLUMNS)].fillna(0).reset_index(drop=True)
    logs = np.sign(values) * np.log1p(values.abs())
    spread = logs.std(ddof=0).replace(0, 1)
    profile = ((logs - logs.mean()) / spread).groupby(segment).mean()
    medians = values.groupby(segment).median().add_suffix("__median")
    share = pd.Series(segment).value_counts(normalize=True).rename("share")
    return profile.join(medians).join(share)
