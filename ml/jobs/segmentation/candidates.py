"""The candidates: every method with every setting of `ml/conf/segmentation.yml`, and the baseline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ml.competition.results import Candidate
from ml.estimators.segments.density import DensitySegments
from ml.estimators.segments.mixture import MixtureSegments
from ml.estimators.segments.model import GridSegments, KMeansSegments, SegmentModel
from ml.jobs.segmentation.configuration import SegmentationConfiguration

BASELINE = "recency_value_grid"
METHODS = ("k_means", "mixture", "hdbscan")


def candidates(
    configuration: SegmentationConfiguration, columns: tuple[str, ...], largest_count: int
) -> Iterator[Candidate]:
    """Unfitted candidates, the baseline first.

    Parameters
    ----------
    largest_count
        Maximum number of segments that the data allow.
    """
    yield _candidate(BASELINE, GridSegments(columns, **_scaling(configuration)), is_baseline=True)
    means, mixture, density = configuration.k_means, configuration.mixture, configuration.density
    for count in means.segment_counts:
        if count <= largest_count:
            model = KMeansSegments(columns, count, start_count=means.start_count, **_common(configuration))
            yield _candidate(f"k_means_{count}", model)
    for count in mixture.segment_counts:
        if count <= largest_count:
            model = MixtureSegments(
                columns,
                count,
                start_count=mixture.start_count,
                covariance=mixture.covariance,
                added_variance=mixture.added_variance,
                **_common(configuration),
            )
            yield _candidate(f"mixture_{count}", model)
    for share in density.minimum_cluster_shares:
        for selection in density.selections:
            model = DensitySegments(
                columns,
                share,
                selection=selection,
                neighbour_count=density.neighbour_count,
                maximum_fit_count=density.maximum_fit_count,
                **_common(configuration),
            )
            yield _candidate(f"hdbscan_{share:.0%}_{selection}".replace("%", "pct"), model)


def method_of(name: str) -> str:
    """The method of a candidate, from its name."""
    return next((method for method in METHODS if name.startswith(method)), BASELINE)


def _common(configuration: SegmentationConfiguration) -> dict[str, Any]:
    return {"seed": configuration.random_seed, **_scaling(configuration)}


def _scaling(configuration: SegmentationConfiguration) -> dict[str, float]:
    return {"winsorized_share": configuration.winsorized_share, "typical_share": configuration.typical_share}


def _candidate(name: str, model: SegmentModel, *, is_baseline: bool = False) -> Candidate:
    parameters = {key: value for key, value in model.get_params().items() if key not in {"columns", "seed"}}
    return Candidate(name, is_baseline, model, {"method": method_of(name), **parameters})
