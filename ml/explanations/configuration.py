"""`ml/conf/reasons.yml` and `ml/conf/fairness.yml`, read into frozen, checked objects."""

from __future__ import annotations

from string import Formatter
from typing import Literal

from pydantic import Field, model_validator

from ml.configuration import Frozen
from ml.data.contract_features import ATTRIBUTE_PREFIX, CATEGORY_COLUMNS, CUSTOMER_COLUMNS, NUMERIC_COLUMNS
from ml.data.features import FEATURE_COLUMNS

# Features of customers and of contracts; what a source's own attributes are, only the source knows.
_KNOWN = {*FEATURE_COLUMNS, *NUMERIC_COLUMNS, *CATEGORY_COLUMNS, *CUSTOMER_COLUMNS}


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
            if unknown := fields - {"value", "typical", *_KNOWN}:
                raise ValueError(f"unknown field {', '.join(sorted(unknown))} in {template!r}")
        return self


class AttributeWording(Frozen):
    """Words for an attribute of contracts that is not listed: `has_…` and `is_…` are flags, texts are kinds.

    Attributes
    ----------
    has, is_
        Words for 0 and for 1; field: name.
    text
        Fields: name, value, typical.
    """

    has: dict[int, str]
    is_: dict[int, str]
    text: str


class ReasonsConfiguration(Frozen):
    maximum_reason_count: int = Field(ge=1)
    smallest_share: float = Field(ge=0, lt=1)
    no_reason: str
    generic_words: str
    generic_missing: str
    attributes: AttributeWording
    general_method: GeneralMethod
    features: dict[str, Wording]

    @model_validator(mode="after")
    def _features_exist(self) -> ReasonsConfiguration:
        named = {name for name in self.features if not name.startswith(ATTRIBUTE_PREFIX)}
        if unknown := named - _KNOWN:
            raise ValueError(f"unknown features: {', '.join(sorted(unknown))}")
        return self


class FairnessConfiguration(Frozen):
    minimum_customer_count: int = Field(ge=1)
    minimum_class_count: int = Field(ge=1)
    age_group_starts: tuple[int, ...] = Field(min_length=1)
    group_columns: tuple[str, ...] = Field(min_length=1)
