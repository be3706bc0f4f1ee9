"""Reasons for programs: a JSON object for each, as `reason_codes` lists them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.explanations.topics import Topics
from ml.explanations.wording import is_missing, told_once


def coded(topics: Topics, number: int, rows: NDArray) -> NDArray:
    """The reason that the topic of this number is to each of some rows, as JSON; shape (n_rows,).

    The topic must have something to say of each of them.
    """
    codes = np.full(len(rows), None, dtype=object)
    leader = topics.leader[rows, number]
    topic = _as_json(topics.names[number])
    for column in np.unique(leader):
        name, of_column = topics.features[column], leader == column
        said = rows[of_column]
        feature, typical = _as_json(name), _as_json(_plain(topics.sentences.typical[name]))
        values = _values_as_json(topics.sentences.features[name][said])
        parts, strengths = topics.parts[said, column].tolist(), topics.strength[said, number].tolist()
        codes[of_column] = [
            f'{{"feature": {feature}, "value": {value}, "typical": {typical}, '
            f'"contribution": {round(part, 4)!r}, "topic": {topic}, "topic_contribution": {round(strength, 4)!r}}}'
            for value, part, strength in zip(values, parts, strengths, strict=True)
        ]
    return codes


def _values_as_json(values: NDArray) -> NDArray:
    """Elementwise; missing values are null."""
    texts = np.full(len(values), "null", dtype=object)
    is_known = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(len(values), dtype=bool)
    texts[is_known] = told_once(values[is_known], lambda value: _as_json(_plain(value)))
    return texts


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> object:
    """A value as in JSON."""
    if is_missing(value):
        return None
    if isinstance(value, str):
        return value
    number = float(value)
    return int(number) if number == round(number) else round(number, 4)
