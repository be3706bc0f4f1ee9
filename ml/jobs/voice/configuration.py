"""The settings of the jobs about what customers write, `ml/conf/voice.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen, load_configuration
from ml.jobs.resampled import ResampledConfiguration


class LanguageSettings(Frozen):
    minimum_letter_count: int = Field(ge=1)
    minimum_probability: float = Field(gt=0, le=1)
    minimum_han_share: float = Field(gt=0, le=1)


class SentimentSettings(Frozen):
    negative_rating_maximum: int
    positive_rating_minimum: int
    origin_shares: tuple[float, ...] = Field(min_length=1)
    minimum_rated_count: int = Field(ge=10)
    minimum_class_count: int = Field(ge=2)
    maximum_fit_count: int = Field(ge=100)
    maximum_feature_count: int = Field(ge=10)
    inverse_regularisation: float = Field(gt=0)
    ridge_penalty: float = Field(gt=0)
    fold_count: int = Field(ge=2)


class ThemeSettings(Frozen):
    minimum_text_count: int = Field(ge=2)
    minimum_customer_count: int = Field(ge=2)
    maximum_text_share: float = Field(gt=0, le=1)
    maximum_word_count: int = Field(ge=10)
    numbers: tuple[int, ...] = Field(min_length=1)
    texts_per_theme_minimum: int = Field(ge=1)
    words_per_theme_minimum: int = Field(ge=1)
    half_count: int = Field(ge=1)
    minimum_gain: float = Field(ge=0)
    maximum_selection_count: int = Field(ge=100)
    maximum_fit_count: int = Field(ge=100)
    key_word_count: int = Field(ge=1)
    name_word_count: int = Field(ge=1)
    minimum_similarity: float = Field(gt=0, le=1)
    quoted_text_count: int = Field(ge=1)
    quote_words: tuple[int, int]


class VoiceConfiguration(ResampledConfiguration):
    maximum_characters: int = Field(ge=100)
    language: LanguageSettings
    sentiment: SentimentSettings
    themes: ThemeSettings
    stop_words: dict[str, tuple[str, ...]]


def load_voice() -> VoiceConfiguration:
    """The settings of the file."""
    return load_configuration(VoiceConfiguration, "voice")
