"""The tables of the dictionary and their columns, each as it is declared: contract, models, jobs, own tables."""

from __future__ import annotations

import re
from dataclasses import replace

from warehouse.tables.contract import Column, load_contract
from warehouse.tables.descriptions import CURRENT, DescribedColumn, DescribedTable, personal_tables, published_tables
from warehouse.tables.features import MARTS, Feature, declared_features

SCHEMAS = ("marts", "scores", "quality", "raw", "pii")
_ASKED = re.compile(r"\bExample questions?: ((?:[^?.]*\?\s*)+)")
_UNITS = {"amount": "money", "days": "days", "minutes": "minutes", "months": "months", "probability": "0 to 1"}
_UNITS |= {"share": "share of 1", "points": "points"}
_NUMBERS = ("integer", "bigint", "double", "decimal")


def described_tables(schema: str) -> tuple[DescribedTable, ...]:
    """The tables of a schema, with what the contract and the models demand of each column in its words."""
    if schema == "raw":
        return tuple(_of_contract(name) for name in load_contract().tables)
    if schema == "pii":
        return personal_tables()
    return tuple(_with_uses(table) for table in published_tables() if table.schema == schema)


def place_of(table: DescribedTable) -> str:
    """Schema and name, as in ``marts.kpis``."""
    return f"{table.schema}.{table.name}"


def is_current(table: DescribedTable) -> bool:
    """Whether it is the view of the newest scores."""
    return table.schema == "scores" and table.name.endswith(CURRENT)


def asked_of(table: DescribedTable) -> str | None:
    """The first question that its description gives as an example."""
    asked = _ASKED.search(table.description)
    return asked and asked[1].partition("?")[0].strip() + "?"


def in_short(table: DescribedTable) -> str:
    """The first sentence of its description, without a full stop; of the view of newest scores the second."""
    first, *others = re.split(r"(?<=[.:])\s+(?=[A-Z])", table.description)
    return (others[0] if is_current(table) and others else first).rstrip(".:")


def unit_of(column: DescribedColumn) -> str:
    """The unit of a number, which is the last word of its name.

    >>> unit_of(DescribedColumn("net_amount_30d", "decimal(18,2)", "Net amount of 30 days."))
    'money'
    >>> unit_of(DescribedColumn("churn_probability", "double", "Probability of no purchase."))
    '0 to 1'
    """
    if not column.kind.startswith(_NUMBERS):
        return ""
    return _UNITS.get(re.sub(r"_\d+d$", "", column.name).rpartition("_")[2], "")


def _of_contract(name: str) -> DescribedTable:
    table = load_contract().tables[name]
    columns = tuple(
        DescribedColumn(column, spec.sql_type.lower(), f"{spec.description}{_rules(spec)}")
        for column, spec in table.columns.items()
    )
    return DescribedTable("raw", name, f"{table.description} Key: {', '.join(table.key)}.", columns)


def _rules(column: Column) -> str:
    rules = ["compulsory"] if column.required else []
    if column.default is not None:
        rules.append(f"empty means {column.default}")
    if column.allowed:
        rules.append("one of " + ", ".join(column.allowed))
    for word, bound in (("at least", column.min), ("at most", column.max)):
        if bound is not None:
            rules.append(f"{word} {bound:g}" if isinstance(bound, float) else f"{word} {bound}")
    if column.personal:
        rules.append("personal")
    return f" *({'; '.join(rules)})*" if rules else ""


def _with_uses(table: DescribedTable) -> DescribedTable:
    features = next((declared_features(subject) for subject, mart in MARTS.items() if mart == table.name), None)
    if features is None:
        return table
    columns = tuple(
        replace(column, description=column.description + _use(features.get(column.name))) for column in table.columns
    )
    return replace(table, columns=columns)


def _use(feature: Feature | None) -> str:
    """What models do with a column that is a feature."""
    if feature is None:
        return ""
    said = ["feature"] if feature.is_promised else [f"feature; where missing: {feature.missing} ({feature.because})"]
    said += ["personal: only where the source allows it"] if feature.is_personal else []
    said += ["outliers clipped"] if feature.winsorise else []
    said += [f"more of it means {feature.more_means}"] if feature.more_means else []
    return f" *({'; '.join(said)})*"
