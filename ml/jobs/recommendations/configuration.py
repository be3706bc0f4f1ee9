"""The settings of the recommendations, from `ml/conf/recommendations.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen
from ml.jobs.resampled import ResampledConfiguration


class Durable(Frozen):
    """Which products are not offered again soon after they were bought."""

    maximum_repeat_share: float = Field(ge=0, le=1)
    minimum_buyer_count: int = Field(ge=1)
    minimum_interval_days: int = Field(ge=1)


class Neighbours(Frozen):
    shrinkage: float = Field(ge=0)
    neighbour_count: int = Field(ge=1)
    half_life_days: int = Field(ge=1)
    recent_days: int = Field(ge=1)


class Factors(Frozen):
    factor_count: int = Field(ge=1)
    regularization: float = Field(gt=0)
    alpha: float = Field(gt=0)
    iteration_count: int = Field(ge=1)
    half_life_days: int = Field(ge=1)


class Ease(Frozen):
    penalty: float = Field(gt=0)
    maximum_product_count: int = Field(ge=2)


class Blend(Frozen):
    candidate_count: int = Field(ge=1)
    inverse_penalty: float = Field(gt=0)
    maximum_customer_count: int = Field(ge=10)
    minimum_positive_count: int = Field(ge=1)


class Reasons(Frozen):
    minimum_text_similarity: float = Field(ge=0, le=1)
    minimum_common_buyer_count: int = Field(ge=1)


class RecommendationsConfiguration(ResampledConfiguration):
    list_length: int = Field(ge=1)
    unsold_product_places: int = Field(ge=0)
    out_of_sale_after_days: int = Field(ge=1)
    maximum_product_count: int = Field(ge=2)
    block_customer_count: int = Field(ge=1)
    origin_count: int = Field(ge=1)
    minimum_history_days: int = Field(ge=1)
    minimum_customer_count: int = Field(ge=1)
    maximum_judged_customer_count: int = Field(ge=1)
    recent_days: int = Field(ge=1)
    popularity_windows_days: tuple[int, ...] = Field(min_length=1)
    half_lives_days: tuple[int, ...] = Field(min_length=1)
    country_shrinkage: float = Field(gt=0)
    durable: Durable
    neighbours: Neighbours
    factors: Factors
    ease: Ease
    blend: Blend
    reasons: Reasons
