"""The rule for missing values and outliers of a feature: of its declaration, or of `ml/conf/treatment.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen, load_configuration
from ml.data.contract_features import ATTRIBUTE_PREFIX
from warehouse.tables.features import ColumnRule, Missing, Subject, declared_features


class TreatmentConfiguration(Frozen):
    """Settings of the treatment of missing values and outliers.

    Attributes
    ----------
    reference_row_count
        Maximum number of training rows among which neighbours are searched.
    attribute
        The rule of contracts' attributes, whose names depend on the source.
    """

    reference_row_count: int = Field(ge=10)
    attribute: ColumnRule


def load_treatment() -> TreatmentConfiguration:
    """Read and validate `ml/conf/treatment.yml`."""
    return load_configuration(TreatmentConfiguration, "treatment")


def rule_of(subject: Subject, column: str) -> ColumnRule:
    """The rule of one feature.

    Raises
    ------
    KeyError
        If there is no such feature.
    """
    if subject == "contracts" and column.startswith(ATTRIBUTE_PREFIX):
        return load_treatment().attribute
    return declared_features(subject)[column]


def missing_rule(subject: Subject, column: str) -> Missing | None:
    """The rule for missing values of a column; None for columns that are not declared features (ids, dates, labels)."""
    feature = declared_features(subject).get(column)
    return feature.missing if feature else None
