"""Features in words: "no order for 87 days (usual gap 21)"."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd

from ml.data.contract_features import ATTRIBUTE_PREFIX
from ml.data.features import UNKNOWN_CATEGORY
from ml.explanations.configuration import ReasonsConfiguration
from warehouse.tables.features import Wording

_WHOLE_FROM = 10
_CENTS_BELOW = 100


def shown(value: Any, kind: str = "number") -> str:
    """A value as text for users; "unknown" if it is missing.

    Examples
    --------
    >>> shown(1234.56), shown(3.25), shown(12.0, "amount"), shown(1234.5, "amount"), shown(0.061, "share")
    ('1,235', '3.2', '12', '1,234', '6%')
    """
    if is_missing(value):
        return "unknown"
    if kind == "text" or isinstance(value, str):
        return str(value).replace("_", " ")
    number = float(value)
    if kind == "share":
        return f"{number:.0%}"
    if number == round(number) or abs(number) >= (_CENTS_BELOW if kind == "amount" else _WHOLE_FROM):
        return f"{number:,.0f}"
    return f"{number:.2f}" if kind == "amount" else f"{number:.1f}"


def is_missing(value: object) -> bool:
    """Whether a value is null or the text for unknown categories."""
    return value is None or value == UNKNOWN_CATEGORY or (isinstance(value, float) and bool(np.isnan(value)))


class Sentences:
    """Sentences about the features of some customers.

    Parameters
    ----------
    features
        One row per customer, index 0…n−1.
    typical
        The typical customer's values.
    """

    def __init__(
        self, configuration: ReasonsConfiguration, features: pd.DataFrame, typical: pd.Series | Mapping
    ) -> None:
        self.configuration = configuration
        self.features = {name: features[name].tolist() for name in features.columns}
        self.typical = dict(typical)

    def topic(self, feature: str) -> str:
        """The topic of a feature; a feature without a wording is its own topic."""
        wording = self.configuration.wording(feature)
        return wording.topic if wording else feature

    def of(self, feature: str, row: int) -> str:
        """The sentence about one feature of one customer."""
        value, wording = self.features[feature][row], self.configuration.wording(feature)
        readable = feature.removeprefix(ATTRIBUTE_PREFIX).replace("_", " ")
        if is_missing(value):
            missing = wording.not_known if wording and wording.not_known else self.configuration.generic_missing
            return missing.format(feature=readable)
        if wording is None:
            if feature.startswith(ATTRIBUTE_PREFIX) and (words := self._attribute(feature, value)):
                return words
            known = {"value": shown(value), "typical": shown(self.typical.get(feature))}
            return self.configuration.generic_words.format(feature=readable, **known)
        if not isinstance(value, str) and value in wording.choices:
            return wording.choices[int(value)]
        return self._worded(wording, feature, row, value)

    def _attribute(self, feature: str, value: object) -> str | None:
        """The words for an attribute of a contract: a flag by its name (has_…, is_…) or a text; None for numbers."""
        name, words = feature.removeprefix(ATTRIBUTE_PREFIX), self.configuration.attributes
        if isinstance(value, str):
            typical = shown(self.typical.get(feature), "text")
            return words.text.format(name=name.replace("_", " "), value=shown(value, "text"), typical=typical)
        for prefix, flags in (("has_", words.has), ("is_", words.is_)):
            if name.startswith(prefix) and value in flags:
                return flags[int(value)].format(name=name.removeprefix(prefix).replace("_", " "))
        return None

    def _worded(self, wording: Wording, feature: str, row: int, value: object) -> str:
        text = shown(value, wording.shown_as)
        if wording.unit:
            text = f"{text} {wording.unit[0] if text == '1' else wording.unit[1]}"
        for template in wording.words:
            fields = {field for _, field, _, _ in Formatter().parse(template) if field}
            values = {field: self._field(field, feature, row) for field in fields - {"value"}}
            if not any(is_missing(known) for known in values.values()):
                texts = {field: shown(known, self._kind(field, wording)) for field, known in values.items()}
                return template.format(value=text, **texts)
        return self.configuration.generic_words.format(
            feature=feature.replace("_", " "), value=text, typical=shown(self.typical.get(feature), wording.shown_as)
        )

    def _field(self, field: str, feature: str, row: int) -> object:
        if field == "typical":
            return self.typical.get(feature)
        return self.features[field][row] if field in self.features else None

    def _kind(self, field: str, wording: Wording) -> str:
        other = self.configuration.wording(field)
        return other.shown_as if other else wording.shown_as
