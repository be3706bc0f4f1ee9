"""Features in words: "no order for 87 days (usual gap 21)"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.data.contract_features import ATTRIBUTE_PREFIX
from ml.data.features import UNKNOWN_CATEGORY, is_text
from ml.explanations.configuration import ReasonsConfiguration
from warehouse.tables.feature_words import Shown, Wording, fields_of

_WHOLE_FROM = 10
_CENTS_BELOW = 100
# So few are told sooner than looked for equal ones.
_FEW_VALUES = 8


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
    return _shown_number(float(rounded(np.array([value], dtype=float), kind)[0]), kind)


def _shown_number(number: float, kind: Shown) -> str:
    """A number that is rounded already."""
    number += 0.0  # of −0.0, which would be shown as "-0", 0.0
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
    features
        Feature → values, shape (n_customers,).
    directed
        The features that declare what more of them means.
    """

    def __init__(
        self, configuration: ReasonsConfiguration, features: pd.DataFrame, typical: pd.Series | Mapping
    ) -> None:
        self.configuration = configuration
        self.features = {name: _values(features[name]) for name in features.columns}
        self.typical = dict(typical)
        self._wordings = {name: configuration.wording(name) for name in self.features}
        self.directed = [name for name, wording in self._wordings.items() if wording and wording.more_means]

    def topic(self, feature: str) -> str:
        """The topic of a feature; a feature without a wording is its own topic."""
        wording = self._wordings[feature]
        return wording.topic if wording else feature

    def of(self, feature: str, rows: NDArray) -> NDArray:
        """The sentence about one feature of each of some customers, shape (n_rows,).

        Parameters
        ----------
        rows
            Their positions, shape (n_rows,).
        """
        is_known = self.is_known(feature, rows)
        sentences = np.full(len(rows), self._of_missing(feature), dtype=object)
        sentences[is_known] = self._of_known(feature, rows[is_known])
        return sentences

    def is_known(self, feature: str, rows: NDArray) -> NDArray:
        """Whether each of some customers has a value of a feature, shape (n_rows,)."""
        if feature not in self.features:
            return np.zeros(len(rows), dtype=bool)
        values = self.features[feature][rows]
        return ~np.isnan(values) if values.dtype.kind == "f" else values != UNKNOWN_CATEGORY

    def filled(self, words: str, rows: NDArray) -> NDArray:
        """Words with the values of each of some customers, in their units, in place of their fields.

        Returns
        -------
        NDArray
            Texts, and None where the value of a field is not known; shape (n_rows,).
        """
        fields, found = _fields(words), np.full(len(rows), None, dtype=object)
        is_known = np.ones(len(rows), dtype=bool)
        for field in fields:
            is_known &= self.is_known(field, rows)
        known = rows[is_known]
        if len(known):
            found[is_known] = _filled(words, {one: self._with_unit(one, known) for one in fields}, len(known))
        return found

    def _of_missing(self, feature: str) -> str:
        wording = self._wordings[feature]
        missing = wording.not_known if wording and wording.not_known else self.configuration.generic_missing
        return missing.format(feature=feature.removeprefix(ATTRIBUTE_PREFIX).replace("_", " "))

    def _of_known(self, feature: str, rows: NDArray) -> NDArray:
        values, wording = self.features[feature][rows], self._wordings[feature]
        if wording is None:
            return told_once(values, lambda value: self._without_wording(feature, value))
        if not wording.choices:
            return self._worded(wording, feature, rows)
        has_choice = _has_choice(values, wording)
        sentences = np.full(len(rows), None, dtype=object)
        sentences[has_choice] = told_once(values[has_choice], lambda value: wording.choices[int(value)])
        sentences[~has_choice] = self._worded(wording, feature, rows[~has_choice])
        return sentences

    def _without_wording(self, feature: str, value: object) -> str:
        if feature.startswith(ATTRIBUTE_PREFIX) and (words := self._attribute(feature, value)):
            return words
        readable = feature.removeprefix(ATTRIBUTE_PREFIX).replace("_", " ")
        known = {"value": shown(value), "typical": shown(self.typical.get(feature))}
        return self.configuration.generic_words.format(feature=readable, **known)

    def _with_unit(self, feature: str, rows: NDArray) -> NDArray:
        values, wording = self.features[feature][rows], self._wordings[feature]
        if wording is None:
            return _shown(values, "number")
        if not wording.choices:
            return _shown(values, wording.shown_as, wording)
        has_choice = _has_choice(values, wording)
        texts = np.full(len(rows), None, dtype=object)
        texts[has_choice] = told_once(values[has_choice], lambda value: wording.choices[int(value)])
        texts[~has_choice] = _shown(values[~has_choice], wording.shown_as, wording)
        return texts

    def _attribute(self, feature: str, value: object) -> str | None:
        """The words for an attribute of a contract: a flag by its name (has_…, is_…) or a text; None for numbers."""
        name = feature.removeprefix(ATTRIBUTE_PREFIX)
        if isinstance(value, str):
            readable, typical = name.replace("_", " "), shown(self.typical.get(feature), "text")
            return self.configuration.attributes.text.format(name=readable, value=shown(value, "text"), typical=typical)
        template = self.configuration.choices(feature).get(value)  # pyrefly: ignore[bad-argument-type] (a flag)
        return template and template.format(name=name.partition("_")[2].replace("_", " "))

    def _worded(self, wording: Wording, feature: str, rows: NDArray) -> NDArray:
        """By the first words whose fields are all known of a customer."""
        text = _shown(self.features[feature][rows], wording.shown_as, wording)
        sentences = np.full(len(rows), None, dtype=object)
        left = np.ones(len(rows), dtype=bool)
        for template in wording.words:
            others = [field for field in _fields(template) if field != "value"]
            is_told = left.copy()
            for field in others:
                is_told &= self._has_field(field, feature, rows)
            texts = {field: self._field(field, feature, wording, rows[is_told]) for field in others}
            sentences[is_told] = _filled(template, {"value": text[is_told], **texts}, int(is_told.sum()))
            left &= ~is_told
        if not left.any():
            return sentences
        typical = shown(self.typical.get(feature), wording.shown_as)
        generic = {"feature": _same(feature.replace("_", " "), left), "typical": _same(typical, left)}
        sentences[left] = _filled(self.configuration.generic_words, {"value": text[left], **generic}, int(left.sum()))
        return sentences

    def _has_field(self, field: str, feature: str, rows: NDArray) -> NDArray:
        if field == "typical":
            return np.full(len(rows), not is_missing(self.typical.get(feature)))
        return self.is_known(field, rows)

    def _field(self, field: str, feature: str, wording: Wording, rows: NDArray) -> NDArray:
        """The value of a field as text, as it is shown where it stands alone; shape (n_rows,)."""
        other = self.configuration.wording(field)
        kind = other.shown_as if other else wording.shown_as
        if field == "typical":
            return np.full(len(rows), shown(self.typical.get(feature), kind), dtype=object)
        return _shown(self.features[field][rows], kind)


def told_once(values: NDArray, told: Callable[[Any], str]) -> NDArray:
    """What is told of each of some known values, shape (n_values,); equal ones are told once."""
    if len(values) <= _FEW_VALUES:
        return np.array([told(value) for value in values.tolist()], dtype=object)
    distinct, places = np.unique(values, return_inverse=True)
    return np.array([told(value) for value in distinct.tolist()], dtype=object)[places]


def _values(column: pd.Series) -> NDArray:
    """Floats, or texts in which "unknown" stands for missing ones; shape (n_rows,)."""
    if is_text(column):
        texts = column.to_numpy(dtype=object)
        is_null = pd.isna(texts)
        return np.where(is_null, UNKNOWN_CATEGORY, texts) if is_null.any() else texts
    return column.to_numpy(dtype=float, na_value=np.nan)


def _has_choice(values: NDArray, wording: Wording) -> NDArray:
    """Whether a value has words of its own, shape (n_values,)."""
    if values.dtype.kind != "f":
        return np.zeros(len(values), dtype=bool)
    return np.isin(values, list(wording.choices))


def _shown(values: NDArray, kind: Shown, in_units_of: Wording | None = None) -> NDArray:
    """Known values as texts, elementwise."""
    is_number = values.dtype.kind == "f" and kind != "text"

    def text(value: Any) -> str:
        words = _shown_number(value, kind) if is_number else shown(value, kind)
        return words if in_units_of is None else _in_units(words, in_units_of)

    # Many values are shown alike: each text is made once.
    return told_once(rounded(values, kind) if is_number else values, text)


def _filled(template: str, texts: Mapping[str, NDArray], count: int) -> list[str]:
    """The template with the texts of each of `count` rows in place of its fields."""
    if not texts:
        return [template.format()] * count
    names = list(texts)
    return [template.format(**dict(zip(names, row, strict=True))) for row in zip(*texts.values(), strict=True)]


def _same(text: str, mask: NDArray) -> NDArray:
    return np.full(int(mask.sum()), text, dtype=object)


@cache
def _fields(words: str) -> tuple[str, ...]:
    """The names in braces, sorted."""
    return tuple(sorted(fields_of([words])))


def _in_units(text: str, wording: Wording) -> str:
    return f"{text} {wording.unit[0] if text == '1' else wording.unit[1]}" if wording.unit else text
