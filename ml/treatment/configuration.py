"""By which rule a feature is treated: its declaration's; attributes of contracts, that of `ml/conf/treatment.yml`."""

from __future__ import annotations

from pydantic import Field

from ml.configuration import Frozen, load_configuration
from ml.data.contract_features import ATTRIBUTE_PREFIX
from warehouse.tables.features import ColumnRule, Missing, Subject, declared_features


class TreatmentConfiguration(Frozen):
    """What is said of all features.

    Attributes
    ----------
    reference_row_count
        Training rows, at most, among which neighbours are looked for.
    attribute
        The rule of a contract's attributes, whose names only the source knows.
    """

    reference_row_count: int = Field(ge=10)
    attribute: ColumnRule


def load_treatment() -> TreatmentConfiguration:
    """Read and check `ml/conf/treatment.yml`."""
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
    """The rule for missing values of a column; None for what is no declared feature (ids, dates, labels)."""
    feature = declared_features(subject).get(column)
    return feature.missing if feature else None
