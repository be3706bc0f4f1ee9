"""The settings of segmentation, validated when `ml/conf/segmentation.yml` is read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ml.competition.thresholds import SegmentationGate
from ml.configuration import Frozen

# The columns of a profile, whichever columns the clustering uses.
PROFILE_COLUMNS = ("days_since_last_order", "order_day_count", "net_amount", "tenure_days")


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
    """The values of which a word is true: at least or at most so much; more or less than that share of customers."""

    at_least: float | None = None
    at_most: float | None = None
    more_than_share: float | None = Field(default=None, gt=0, lt=1)
    less_than_share: float | None = Field(default=None, gt=0, lt=1)


class Kind(Frozen):
    name: str
    words: tuple[str, ...]


class Naming(Frozen):
    """The words of names, and the names: the first of which all words are true of enough members."""

    minimum_share: float = Field(gt=0.5, le=1)
    words: dict[str, dict[str, Bound]]
    kinds: tuple[Kind, ...] = Field(min_length=1)
    qualifiers: dict[str, tuple[str, str, str]]
    lapsed: str
    without_purchase: str

    @model_validator(mode="after")
    def _is_complete(self) -> Naming:
        used = {column for bounds in self.words.values() for column in bounds} | set(self.qualifiers)
        if unknown := sorted(used - set(PROFILE_COLUMNS)):
            raise ValueError(f"naming: unknown profile columns {', '.join(unknown)}")
        if unknown := sorted({word for kind in self.kinds for word in kind.words} - set(self.words)):
            raise ValueError(f"naming: words that claim nothing: {', '.join(unknown)}")
        if self.kinds[-1].words or any(not kind.words for kind in self.kinds[:-1]):
            raise ValueError("naming: the last kind, and only the last, must have no words")
        if set(self.qualifiers) != set(PROFILE_COLUMNS):
            raise ValueError("naming: every profile column needs its qualifiers")
        return self


class SegmentationConfiguration(Frozen):
    random_seed: int
    retrain_after_days: int = Field(ge=1)
    minimum_customer_count: int = Field(ge=2)
    maximum_fit_count: int = Field(ge=100)
    maximum_snapshot_row_count: int = Field(ge=100)
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
