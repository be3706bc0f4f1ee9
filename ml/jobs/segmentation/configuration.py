"""The settings of segmentation, validated when `ml/conf/segmentation.yml` is read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ml.competition.thresholds import SegmentationGate
from ml.configuration import Frozen

# The columns of a profile, whichever columns the clustering uses.
PROFILE_COLUMNS = ("days_since_last_order", "order_day_count", "net_amount", "tenure_days")
MEDIAN_SUFFIX = "__median"


class KMeansParameters(Frozen):
    segment_counts: tuple[int, ...]
    start_count: int = Field(ge=1)


class MixtureParameters(KMeansParameters):
    covariance: Literal["full", "tied", "diag", "spherical"]
    added_variance: float = Field(gt=0)


class DensityParameters(Frozen):
    minimum_cluster_shares: tuple[float, ...]
    selections: tuple[Literal["eom", "leaf"], ...]
    neighbour_count: int = Field(ge=2)
    maximum_fit_count: int = Field(ge=100)


class Stability(Frozen):
    repetition_count: int = Field(ge=2)
    resample_count: int = Field(ge=50)
    minimum_ari: float = Field(ge=0, le=1)
    month_count: int = Field(ge=2)
    minimum_monthly_ari: float = Field(ge=0, le=1)


class Bound(Frozen):
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value lies within the bounds, inclusively."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


class NamingRule(Frozen):
    name: str
    when: dict[str, Bound]


class Naming(Frozen):
    """The rules of names: the first rule whose conditions all hold names the segment."""

    kinds: tuple[NamingRule, ...] = Field(min_length=1)
    qualifiers: dict[str, tuple[str, str, str]]

    @model_validator(mode="after")
    def _is_complete(self) -> Naming:
        known = {*PROFILE_COLUMNS, *(name + MEDIAN_SUFFIX for name in PROFILE_COLUMNS)}
        used = {column for rule in self.kinds for column in rule.when} | set(self.qualifiers)
        if unknown := sorted(used - known):
            raise ValueError(f"naming: unknown profile columns {', '.join(unknown)}")
        if self.kinds[-1].when or any(not rule.when for rule in self.kinds[:-1]):
            raise ValueError("naming: the last kind, and only the last, must have no conditions")
        if set(self.qualifiers) != set(PROFILE_COLUMNS):
            raise ValueError("naming: every profile column needs its qualifiers")
        return self


class SegmentationConfiguration(Frozen):
    random_seed: int
    retrain_after_days: int = Field(ge=1)
    minimum_customer_count: int = Field(ge=2)
    maximum_fit_count: int = Field(ge=100)
    maximum_monthly_row_count: int = Field(ge=100)
    columns: tuple[str, ...] = Field(min_length=2)
    minimum_log_spread: float = Field(ge=0)
    winsorized_share: float = Field(ge=0, lt=0.5)
    k_means: KMeansParameters
    mixture: MixtureParameters
    density: DensityParameters
    serving_from: int = Field(ge=2)
    stability: Stability
    minimum_segment_share: float = Field(ge=0, lt=1)
    maximum_noise_share: float = Field(ge=0, lt=1)
    silhouette_tolerance: float = Field(gt=0, le=1)
    silhouette_sample_count: int = Field(ge=50)
    typical_share: float = Field(gt=0.5, lt=1)
    maximum_match_distance: float = Field(gt=0)
    gate: SegmentationGate
    naming: Naming
