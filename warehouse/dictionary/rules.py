"""What is checked of a table: by dbt at each build, and by the gates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from warehouse.dictionary.questions import DOCS
from warehouse.tables.descriptions import dbt_specs

_ROW = re.compile(r"^\| (critical|warning) \| (.*) \| (.*) \|$")
_GATE = re.compile(r"^### Gate `(\w+)`$")
_REF = re.compile(r"ref\('(\w+)'\)")
# What dbt's tests say, by the name of the test; others stand with their names.
_WORDS = {"not_null": "never empty", "unique": "unique", "not_negative": "never negative"}


@dataclass(frozen=True)
class GateRule:
    """Expectations of a table that share gate, severity and first step."""

    gate: str
    severity: str
    expectations: tuple[str, ...]
    first_step: str


@cache
def gate_rules(place: str) -> tuple[GateRule, ...]:
    """What the gates expect of a table, as the page of the gates lists it, which a test compares with the gates.

    The warehouse does not know the gates, which know it: the page is where it can read of them.
    """
    found, gate = [], ""
    for line in (DOCS / "gates.md").read_text(encoding="utf-8").splitlines():
        if heading := _GATE.match(line):
            gate = heading[1]
        elif row := _ROW.match(line):
            names = tuple(name for part in row[2].split("; ") if f"`{place}`" in part for name in _names(part))
            if names:
                found.append(GateRule(gate, row[1], names, row[3].replace("<table>", place.partition(".")[2])))
    return tuple(found)


def dbt_rules(name: str) -> tuple[str, ...]:
    """What dbt tests of a model or seed, in words: of the table first, then by column."""
    spec = _specs()[name]
    rules = [_of_table(test) for test in spec.get("data_tests", [])]
    for column in spec.get("columns", []):
        tests = [_of_column(test) for test in column.get("data_tests", [])]
        if {"type": "not_null"} in column.get("constraints", []):
            tests.insert(0, _WORDS["not_null"])
        if tests := list(dict.fromkeys(tests)):
            rules.append(f"`{column['name']}`: {', '.join(tests)}")
    return tuple(rules)


@cache
def _specs() -> dict[str, dict[str, Any]]:
    return {spec["name"]: spec for folder in ("models", "seeds") for spec in dbt_specs(folder)}


def _names(part: str) -> list[str]:
    return part.rpartition(": ")[2].split(", ")


def _of_table(test: str | dict[str, Any]) -> str:
    name, arguments = _named(test)
    if name == "unique_combination":
        return "one row per " + ", ".join(f"`{column}`" for column in arguments["columns"])
    return f"{name}{_listed(arguments)}"


def _of_column(test: str | dict[str, Any]) -> str:
    name, arguments = _named(test)
    if name == "accepted_values":
        return "one of " + ", ".join(map(str, arguments["values"]))
    if name == "in_range":
        ends = (("from", arguments.get("minimum")), ("to", arguments.get("maximum")))
        return " ".join(f"{word} {end}" for word, end in ends if end is not None)
    if name == "relationships":
        model = _REF.sub(r"\1", arguments["to"])
        return f"found in `{model}.{arguments['field']}`"
    return _WORDS.get(name, f"{name}{_listed(arguments)}")


def _named(test: str | dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a test as it is written in a `.yml`."""
    if isinstance(test, str):
        return test, {}
    [(name, given)] = ((key, value) for key, value in test.items() if key not in ("name", "config", "description"))
    return name, (given or {}).get("arguments", {})


def _listed(arguments: dict[str, Any]) -> str:
    said = ", ".join(f"{name}: {value}" for name, value in arguments.items())
    return f" ({said})" if said else ""
