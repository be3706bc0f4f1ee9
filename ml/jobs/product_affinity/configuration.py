"""The settings of product affinity, validated when `ml/conf/product_affinity.yml` is read."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen
from ml.jobs.resampled import ResampledConfiguration


class Search(Frozen):
    """What is counted, and the bounds that keep time and memory in check."""

    minimum_joint_count: int = Field(ge=2)
    minimum_support_share: float = Field(gt=0, lt=1)
    maximum_pair_count: int = Field(ge=10)
    maximum_product_count: int = Field(ge=2)
    maximum_basket_product_count: int = Field(ge=2)


class Later(Frozen):
    """How rules are measured again on a time after the one in which they were found."""

    horizon_days: int = Field(ge=7)
    origin_count: int = Field(ge=1)
    minimum_history_days: int = Field(ge=7)
    minimum_antecedent_count: int = Field(ge=1)


class ProductAffinityConfiguration(ResampledConfiguration):
    minimum_basket_count: int = Field(ge=10)
    minimum_segment_basket_count: int = Field(ge=10)
    period_days: tuple[int, ...]
    search: Search
    false_discovery_share: float = Field(gt=0, lt=1)
    minimum_confidence_share: float = Field(ge=0, lt=1)
    maximum_rule_count: int = Field(ge=1)
    later: Later
