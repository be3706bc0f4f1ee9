"""What `ml/conf/treatment.yml` may say: one rule per feature for missing values and one for outliers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import Field, model_validator

from ml.configuration import Frozen, load_configuration
from ml.data import contract_features as contracts
from ml.data.features import CATEGORY_COLUMNS, FEATURE_COLUMNS

Missing = Literal["drop", "keep", "mean", "median", "knn", "constant"]
Subject = Literal["customers", "contracts"]
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
        told = self.neighbour_count is not None and bool(self.near_by)
        if (self.missing == "knn" and not told) or (self.missing != "knn" and (self.neighbour_count or self.near_by)):
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


class TreatmentConfiguration(Frozen):
    """The whole file.

    Attributes
    ----------
    reference_row_count
        Training rows, at most, among which neighbours are looked for.
    customers, contracts
        Rules of the features of customers and of contracts, by name.
    attribute
        The rule of a contract's attributes, whose names only the source knows.
    """

    reference_row_count: int = Field(ge=10)
    customers: dict[str, ColumnRule]
    contracts: dict[str, ColumnRule]
    attribute: ColumnRule

    @model_validator(mode="after")
    def _every_feature_has_one(self) -> TreatmentConfiguration:
        of_contracts = (*contracts.NUMERIC_COLUMNS, *contracts.CUSTOMER_COLUMNS, *contracts.CATEGORY_COLUMNS)
        _check("customers", self.customers, FEATURE_COLUMNS, CATEGORY_COLUMNS)
        _check("contracts", self.contracts, of_contracts, contracts.CATEGORY_COLUMNS)
        return self

    def missing_rule(self, subject: Subject, column: str) -> Missing | None:
        """The rule for missing values of a column; None for what is no feature (ids, dates, labels)."""
        rule = getattr(self, subject).get(column)
        return rule.missing if rule else None

    def rule(self, subject: Subject, column: str) -> ColumnRule:
        """The rule of one feature.

        Raises
        ------
        KeyError
            If there is no such feature.
        """
        if subject == "contracts" and column.startswith(contracts.ATTRIBUTE_PREFIX):
            return self.attribute
        return getattr(self, subject)[column]


def load_treatment() -> TreatmentConfiguration:
    """Read and check `ml/conf/treatment.yml`.

    Raises
    ------
    SettingsError
        If a feature has no rule, a name is unknown, or a rule lacks what it needs.
    """
    return load_configuration(TreatmentConfiguration, "treatment")


def _check(
    subject: str, rules: Mapping[str, ColumnRule], features: Collection[str], categories: Collection[str]
) -> None:
    if unknown := sorted(set(rules) - set(features)):
        raise ValueError(f"{subject}: there is no feature {', '.join(unknown)}")
    if missing := sorted(set(features) - set(rules)):
        raise ValueError(f"{subject}: no rule for {', '.join(missing)}")
    numbers = set(features) - set(categories)
    for name, rule in rules.items():
        if name in categories and (rule.changes_values or rule.missing not in {"drop", "keep"}):
            raise ValueError(f"{subject}: {name} holds texts, which can only be kept or dropped")
        if wrong := sorted(set(rule.near_by) - numbers | ({name} & set(rule.near_by))):
            raise ValueError(f"{subject}: nearness for {name} cannot go by {', '.join(wrong)}")
