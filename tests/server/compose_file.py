"""Reading docker-compose.yml, Dockerfile and .dockerignore as the container tools do, where there are none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from warehouse.base.settings import CHECKOUT

COMPOSE_TEXT = (CHECKOUT / "docker-compose.yml").read_text()
DOCKERFILE_TEXT = (CHECKOUT / "Dockerfile").read_text()
_VARIABLE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<operator>:-|:\?|:\+)?(?P<rest>.*)", re.DOTALL)


class VariableMissing(Exception):
    """Compose would refuse to start."""


@dataclass(frozen=True)
class Variable:
    """One `${NAME…}` of the file; `operator` is '', ':-', ':?' or ':+'."""

    name: str
    operator: str
    rest: str


def interpolate(text: str, environment: dict[str, str]) -> str:
    """Replace `${NAME:-default}`, `${NAME:?message}` and `${NAME:+other}`, nested ones too; `$$` is a dollar sign.

    Stricter than compose: a variable with neither value nor default is an error instead of empty.

    Raises
    ------
    VariableMissing
        If a variable has no value and no default.
    """
    parts = _split(text)
    return "".join(part if isinstance(part, str) else _value(part, environment) for part in parts)


def variables_in(text: str) -> list[Variable]:
    """Return all variables of a text, nested ones too."""
    found = []
    for part in _split(text):
        if isinstance(part, Variable):
            found += [part, *variables_in(part.rest)]
    return found


def all_variables() -> list[Variable]:
    """Return the variables of all values of the compose file."""
    return [variable for text in _strings(yaml.safe_load(COMPOSE_TEXT)) for variable in variables_in(text)]


def raw() -> dict[str, Any]:
    """Return the parsed compose file with its variables unresolved."""
    return yaml.safe_load(COMPOSE_TEXT)


def render(environment: dict[str, str]) -> dict[str, Any]:
    """Return the parsed compose file with variables replaced; environment entries without a value are passed on."""
    rendered = _walk(raw(), environment)
    for service in rendered["services"].values():
        entries = service.get("environment", {})
        passed_on = {name: environment.get(name) if value is None else value for name, value in entries.items()}
        service["environment"] = {name: value for name, value in passed_on.items() if value is not None}
    return rendered


def image_environment() -> dict[str, str]:
    """Return the ENV lines of the Dockerfile's last stage."""
    last_stage = re.split(r"^FROM ", DOCKERFILE_TEXT, flags=re.MULTILINE)[-1]
    return dict(re.findall(r"^ENV (\w+)=(\S+)$", last_stage, flags=re.MULTILINE))


def _split(text: str) -> list[str | Variable]:
    parts: list[str | Variable] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        parts.append(text[position:dollar])
        if text[dollar : dollar + 2] == "$$":
            parts.append("$")
            position = dollar + 2
        elif text[dollar : dollar + 2] == "${":
            end = _closing_brace(text, dollar + 2)
            match = _VARIABLE.fullmatch(text[dollar + 2 : end])
            if match is None or (match["rest"] and not match["operator"]):
                raise ValueError(f"not a variable: {text[dollar : end + 1]}")
            parts.append(Variable(match["name"], match["operator"] or "", match["rest"]))
            position = end + 1
        else:
            raise ValueError(f"a single $ in {text!r}: write $$ for a dollar sign")
    return [*parts, text[position:]]


def _closing_brace(text: str, start: int) -> int:
    depth = 1
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    raise ValueError(f"no closing brace in {text!r}")


def _value(variable: Variable, environment: dict[str, str]) -> str:
    value = environment.get(variable.name, "")
    if variable.operator == ":+":
        return interpolate(variable.rest, environment) if value else ""
    if value:
        return value
    if variable.operator == ":-":
        return interpolate(variable.rest, environment)
    raise VariableMissing(f"{variable.name}: {variable.rest or 'no value'}")


def _walk(node: Any, environment: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _walk(value, environment) for key, value in node.items()}
    if isinstance(node, list):
        return [_walk(value, environment) for value in node]
    return interpolate(node, environment) if isinstance(node, str) else node


def _strings(node: Any) -> list[str]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return [node] if isinstance(node, str) else []
