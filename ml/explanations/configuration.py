"""The settings of `ml/conf/reasons.yml` and `ml/conf/fairness.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen
from warehouse.tables.features import MARTS, Wording, declared_features


class GeneralMethod(Frozen):
    pair_count: int = Field(ge=1)


class AttributeWording(Frozen):
    """Wording of attributes of contracts that are not listed: flags (`has_…`, `is_…`) and texts.

    Attributes
    ----------
    has, is_
        Templates for 0 and for 1; field: name.
    text
        Template with the fields name, value and typical.
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
    listed_attributes: dict[str, Wording]

    def wording(self, name: str) -> Wording | None:
        """The wording of a feature or of a listed attribute; None for others."""
        found = (declared_features(subject).get(name) for subject in MARTS)
        return next((feature for feature in found if feature is not None), self.listed_attributes.get(name))


class FairnessConfiguration(Frozen):
    minimum_customer_count: int = Field(ge=1)
    minimum_class_count: int = Field(ge=1)
    age_group_starts: tuple[int, ...] = Field(min_length=1)
    group_columns: tuple[str, ...] = Field(min_length=1)
