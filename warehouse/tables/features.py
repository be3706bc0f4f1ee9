"""What models may know of customers and of contracts: each feature declared once, beside its column in a mart's `.yml`.

Every column of a features mart says, below `config: meta:`, either `feature:` with what models, reasons, gates and
pages read of it, or `no_feature:` with the reason. See docs/adding-a-feature.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import Field, model_validator

from warehouse.base.declarations import Frozen
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.errors import SettingsError
from warehouse.base.yaml_files import read_yaml
from warehouse.tables.feature_words import Topic, Wording

Subject = Literal["customers", "contracts"]
Missing = Literal["drop", "keep", "mean", "median", "knn", "constant"]

MARTS: Mapping[Subject, str] = {"customers": "customer_features", "contracts": "subscription_features"}
_FOLDER = DBT_PROJECT / "models" / "marts"
_PROMISED = "the mart promises it: without it the row is broken"
_LARGEST_CUT_SHARE = 0.5


class ColumnRule(Frozen):
    """What is done about one feature before a model sees it.

    Attributes
    ----------
    missing
        drop: the row is not learned from, and refused at scoring; keep: missing says something; mean, median, knn,
        constant: filled.
    constant
        What a missing value becomes; with `constant` only.
    neighbour_count, near_by
        How many neighbours are averaged, and the features that say who is near; with `knn` only.
    winsorise
        Quantiles of the training rows at which smaller and larger values are held; None: left as they are.
    because
        The reason, in words.
    """

    missing: Missing
    because: str = Field(min_length=1)
    constant: float | None = None
    neighbour_count: int | None = Field(default=None, ge=1)
    near_by: tuple[str, ...] = ()
    winsorise: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> ColumnRule:
        if (self.missing == "constant") != (self.constant is not None):
            raise ValueError("`constant` goes with missing: constant, and with nothing else")
        has_neighbours = self.neighbour_count is not None and bool(self.near_by)
        if (self.missing == "knn" and not has_neighbours) or (
            self.missing != "knn" and (self.neighbour_count or self.near_by)
        ):
            raise ValueError("`neighbour_count` and `near_by` go with missing: knn, and with nothing else")
        return self

    @model_validator(mode="after")
    def _quantiles_in_order(self) -> ColumnRule:
        if self.winsorise is not None:
            lower, upper = self.winsorise
            if not 0 <= lower < _LARGEST_CUT_SHARE < upper <= 1:
                raise ValueError("`winsorise` takes a quantile below 0.5 and one above it")
        return self

    @property
    def changes_values(self) -> bool:
        """Whether a model may see another value than the marts have."""
        return self.missing not in {"drop", "keep"} or self.winsorise is not None


class Feature(ColumnRule, Wording):
    """One feature.

    Attributes
    ----------
    is_text
        Whether it holds categories; all else is taken for numbers.
    is_promised
        Whether the mart has a value in every row; a row without one is then broken (`missing` is drop).
    min, max
        What the gate lets through.
    is_personal
        A trait of the person, such as age: models use it only where the source allows it.
    grows_with_calendar
        Its drift is measured and shown, and asks for nothing.
    grows_with_contract
        It grows with the time that a contract has lasted, which is what a survival model predicts.
    is_known_of_ended
        Whether it is known of an ended contract at its end, and not at the run's date only.
    """

    name: str
    is_text: bool
    is_promised: bool
    min: float | None = None
    max: float | None = None
    is_personal: bool = False
    grows_with_calendar: bool = False
    grows_with_contract: bool = False
    is_known_of_ended: bool = True

    @model_validator(mode="after")
    def _fits_its_column(self) -> Feature:
        if self.is_promised != (self.missing == "drop"):
            raise ValueError("missing: drop is the rule of what the mart promises (not_null), and of nothing else")
        if self.is_text and (self.changes_values or self.min is not None or self.max is not None):
            raise ValueError("it holds texts, which can only be kept or dropped and have no bounds")
        if self.is_text and self.more_means:
            raise ValueError("it holds texts, of which there is no more: `more_means` goes with numbers")
        return self


def declared_features(subject: Subject, folder: Path = _FOLDER) -> Mapping[str, Feature]:
    """The features of customers or of contracts by name, in the order in which models take them: numbers, then texts.

    Raises
    ------
    SettingsError
        If a column of the mart says neither what it is as a feature nor why it is none, or says it wrongly.
    """
    return _declared_in(folder / f"{MARTS[subject]}.yml").features


def declared_topics(subject: Subject, folder: Path = _FOLDER) -> Mapping[str, Topic]:
    """The topics of several features that have sentences of their own, by name.

    Raises
    ------
    SettingsError
        If one is declared wrongly, or names what is no feature.
    """
    return _declared_in(folder / f"{MARTS[subject]}.yml").topics


def personal_traits() -> frozenset[str]:
    """Traits of a person, which models use only where the source allows it: features, and keys of attributes."""
    marts = [_declared_in(_FOLDER / f"{mart}.yml") for mart in MARTS.values()]
    declared = {feature.name for mart in marts for feature in mart.features.values() if feature.is_personal}
    return frozenset(declared.union(*(mart.personal_keys for mart in marts)))


def grows_with_calendar(name: str) -> bool:
    """Whether a column is a feature, of customers or contracts, that grows with time in any young shop."""
    found = (declared_features(subject).get(name) for subject in MARTS)
    return any(feature is not None and feature.grows_with_calendar for feature in found)


@dataclass(frozen=True)
class _Declared:
    """What a mart's file says; `personal_keys` are those of a column of attributes."""

    features: Mapping[str, Feature]
    topics: Mapping[str, Topic]
    personal_keys: frozenset[str]


@cache
def _declared_in(file: Path) -> _Declared:
    try:
        (model,) = read_yaml(file)["models"]
        found = [feature for column in model["columns"] for feature in _declared(column)]
        _check_names(found)
        features = {feature.name: feature for feature in sorted(found, key=lambda feature: feature.is_text)}
        topics = {name: _topic(name, entry, features) for name, entry in _meta(model).get("topics", {}).items()}
        personal = frozenset(key for column in model["columns"] for key in _meta(column).get("personal_keys", ()))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"{file.name}: {error}", "Mend the file; see docs/adding-a-feature.md.") from error
    return _Declared(MappingProxyType(features), MappingProxyType(topics), personal)


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return (entry.get("config") or {}).get("meta") or {}


def _topic(name: str, entry: Any, features: Mapping[str, Feature]) -> Topic:
    try:
        topic = Topic.model_validate(entry)
    except ValueError as error:
        raise ValueError(f"topic {name}: {error}") from error
    if unknown := sorted(topic.named - features.keys()):
        raise ValueError(f"topic {name} names {', '.join(unknown)}, which is no feature")
    if mute := sorted(one for one in topic.judged if features[one].more_means is None):
        raise ValueError(f"topic {name} goes by {', '.join(mute)}, which does not say what more of it means")
    return topic


def _declared(column: Mapping[str, Any]) -> Iterator[Feature]:
    name, meta = column["name"], _meta(column)
    if ("feature" in meta) == ("no_feature" in meta):
        raise ValueError(f"{name} must say, below config: meta:, either `feature:` or `no_feature:` with the reason")
    if "no_feature" in meta:
        return
    kind, entry = column["data_type"], dict(meta["feature"])
    promised = {"type": "not_null"} in column.get("constraints", [])
    if promised:
        entry = {"missing": "drop", **entry, "because": "; ".join(filter(None, (_PROMISED, entry.get("because"))))}
    entry.setdefault("shown_as", {"string": "text"}.get(kind, "amount" if kind.startswith("decimal") else "number"))
    try:
        yield Feature.model_validate({"name": name, "is_text": kind == "string", "is_promised": promised, **entry})
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from error


def _check_names(found: list[Feature]) -> None:
    known = {feature.name for feature in found}
    numbers = {feature.name for feature in found if not feature.is_text}
    for feature in found:
        if unknown := sorted(feature.fields - known):
            raise ValueError(f"{feature.name}: its words name {', '.join(unknown)}, which is no feature")
        if wrong := sorted(set(feature.near_by) - (numbers - {feature.name})):
            raise ValueError(f"{feature.name}: nearness cannot go by {', '.join(wrong)}")
