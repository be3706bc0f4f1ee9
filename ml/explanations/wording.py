"""Features in words: "no order for 87 days (usual gap 21)"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.contract_features import ATTRIBUTE_PREFIX
from ml.data.features import UNKNOWN_CATEGORY
from ml.explanations.configuration import ReasonsConfiguration
from warehouse.tables.feature_words import Shown, Wording, fields_of

_WHOLE_FROM = 10
_CENTS_BELOW = 100


def shown(value: Any, kind: Shown = "number") -> str:
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
    number = float(rounded(np.array([value], dtype=float), kind)[0])
    if kind == "share":
        return f"{number:.0%}"
    if number == round(number):
        return f"{number:,.0f}"
    return f"{number:.2f}" if kind == "amount" else f"{number:.1f}"


def rounded(values: NDArray, kind: Shown = "number") -> NDArray:
    """Numbers as precisely as they are shown, elementwise."""
    if kind == "share":
        return np.round(values, 2)
    is_amount = kind == "amount"
    is_large = np.abs(values) >= (_CENTS_BELOW if is_amount else _WHOLE_FROM)
    return np.where(is_large, np.round(values), np.round(values, 2 if is_amount else 1))


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

    Attributes
    ----------
    directed
        The features that declare what more of them means.
    """

    def __init__(
        self, configuration: ReasonsConfiguration, features: pd.DataFrame, typical: pd.Series | Mapping
    ) -> None:
        self.configuration = configuration
        self.features = {name: features[name].tolist() for name in features.columns}
        self.typical = dict(typical)
        wordings = ((name, configuration.wording(name)) for name in self.features)
        self.directed = [name for name, wording in wordings if wording and wording.more_means]

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

    def is_known(self, feature: str, row: int) -> bool:
        """Whether one customer has a value of a feature."""
        return feature in self.features and not is_missing(self.features[feature][row])

    def filled(self, words: str, row: int) -> str | None:
        """Words with the values of one customer, in their units, in place of their fields; None if one is not known."""
        fields = fields_of([words])
        if not all(self.is_known(field, row) for field in fields):
            return None
        return words.format(**{field: self._with_unit(field, row) for field in fields})

    def _with_unit(self, feature: str, row: int) -> str:
        value, wording = self.features[feature][row], self.configuration.wording(feature)
        if wording is None:
            return shown(value)
        return wording.choices.get(value) or _in_units(shown(value, wording.shown_as), wording)

    def _attribute(self, feature: str, value: object) -> str | None:
        """The words for an attribute of a contract: a flag by its name (has_…, is_…) or a text; None for numbers."""
        name = feature.removeprefix(ATTRIBUTE_PREFIX)
        if isinstance(value, str):
            readable, typical = name.replace("_", " "), shown(self.typical.get(feature), "text")
            return self.configuration.attributes.text.format(name=readable, value=shown(value, "text"), typical=typical)
        template = self.configuration.choices(feature).get(value)  # pyrefly: ignore[bad-argument-type] (a flag)
        return template and template.format(name=name.partition("_")[2].replace("_", " "))

    def _worded(self, wording: Wording, feature: str, row: int, value: object) -> str:
        text = _in_units(shown(value, wording.shown_as), wording)
        for template in wording.words:
            values = {field: self._field(field, feature, row) for field in fields_of([template]) - {"value"}}
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

    def _kind(self, field: str, wording: Wording) -> Shown:
        other = self.configuration.wording(field)
        return other.shown_as if other else wording.shown_as


def _in_units(text: str, wording: Wording) -> str:
    return f"{text} {wording.unit[0] if text == '1' else wording.unit[1]}" if wording.unit else text
