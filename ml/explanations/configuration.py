"""The settings of `ml/conf/reasons.yml` and `ml/conf/fairness.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import Field

from ml.configuration import Frozen
from ml.data.contract_features import ATTRIBUTE_PREFIX
from warehouse.tables.feature_words import Topic, Wording
from warehouse.tables.features import MARTS, declared_features, declared_topics


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
    no_simple_reason: str
    generic_words: str
    generic_missing: str
    attributes: AttributeWording
    general_method: GeneralMethod
    listed_attributes: dict[str, Wording]

    def wording(self, name: str) -> Wording | None:
        """The wording of a feature or of a listed attribute; None for others."""
        return _declared_wording(name) or self.listed_attributes.get(name)

    def choices(self, name: str) -> Mapping[int, str]:
        """Words, or their templates, for single values of a feature or attribute."""
        if (wording := self.wording(name)) is not None:
            return wording.choices
        flags = {f"{ATTRIBUTE_PREFIX}has_": self.attributes.has, f"{ATTRIBUTE_PREFIX}is_": self.attributes.is_}
        return next((words for prefix, words in flags.items() if name.startswith(prefix)), {})

    def topic(self, name: str) -> Topic | None:
        """The sentences of a topic; None for those that are told by one of their features."""
        return next((found for subject in MARTS if (found := declared_topics(subject).get(name))), None)


class FairnessConfiguration(Frozen):
    minimum_customer_count: int = Field(ge=1)
    minimum_class_count: int = Field(ge=1)
    age_group_starts: tuple[int, ...] = Field(min_length=1)
    group_columns: tuple[str, ...] = Field(min_length=1)


@cache
def _declared_wording(name: str) -> Wording | None:
    """That of a feature of customers or of contracts; it is asked for each feature of everyone who is scored."""
    found = (declared_features(subject).get(name) for subject in MARTS)
    return next((feature for feature in found if feature is not None), None)
