"""`ml/conf/reasons.yml` and `ml/conf/fairness.yml`, read into frozen, checked objects."""

from __future__ import annotations

from string import Formatter
from typing import Literal

from pydantic import Field, model_validator

from ml.configuration import Frozen
from ml.features import FEATURE_COLUMNS


class Directions(Frozen):
    raises: str
    lowers: str


class GeneralMethod(Frozen):
    pair_count: int = Field(ge=1)


class Wording(Frozen):
    """How one feature is put into words.

    Attributes
    ----------
    topic
        Features of one topic say nearly the same; only the strongest of them is named.
    words
        Alternatives; the first whose fields are all known is taken. Fields: value, typical, and the
        customer's other features by name.
    unit
        One and many, put behind the value.
    choices
        Words for single values, in place of `words`.
    """

    topic: str
    words: tuple[str, ...] = ()
    unit: tuple[str, str] | None = None
    kind: Literal["number", "amount", "share", "text"] = "number"
    missing: str | None = None
    choices: dict[int, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fields_are_known(self) -> Wording:
        for template in self.words:
            fields = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
            if unknown := fields - {"value", "typical", *FEATURE_COLUMNS}:
                raise ValueError(f"unknown field {', '.join(sorted(unknown))} in {template!r}")
        return self


class ReasonsConfiguration(Frozen):
    maximum_reason_count: int = Field(ge=1)
    smallest_share: float = Field(ge=0, lt=1)
    no_reason: str
    generic_words: str
    generic_missing: str
    general_method: GeneralMethod
    directions: dict[str, Directions]
    features: dict[str, Wording]

    @model_validator(mode="after")
    def _features_exist(self) -> ReasonsConfiguration:
        if unknown := set(self.features) - set(FEATURE_COLUMNS):
            raise ValueError(f"unknown features: {', '.join(sorted(unknown))}")
        return self


class FairnessConfiguration(Frozen):
    minimum_customer_count: int = Field(ge=1)
    minimum_class_count: int = Field(ge=1)
    age_group_starts: tuple[int, ...] = Field(min_length=1)
