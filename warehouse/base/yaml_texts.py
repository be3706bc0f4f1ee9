"""YAML whose every value is text as it is written: `No` is the text No, 2024 the text 2024, null the text null."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from warehouse.base.errors import SourceError

Place = tuple[str | int, ...]  # where a value stands: ("files", 0, "columns", 2)


def read_texts(path: Path, name: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """Read a YAML file of names and values; an empty value is left out.

    Parameters
    ----------
    name
        What the file is called in messages.

    Returns
    -------
    tuple[dict, dict]
        The values, and the line of each place.

    Raises
    ------
    SourceError
        If it is no such file; names the line and what to do.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not UTF-8.", "Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        raise _unreadable(name, error) from error
    lines: dict[Place, int] = {}
    if root is None:
        return {}, lines
    if not isinstance(root, yaml.MappingNode):
        raise SourceError(f"{name} is no list of fields.", "Write it as `field: value`, a field a line.")
    return _value(name, root, (), lines), lines


def _value(name: str, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(name, item, (*place, number), lines) for number, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise SourceError(f"{name}, line {line}: the name of a field is a list.", "Write `field: value`.")
        key = key_node.value
        if (*place, key) in lines:
            raise SourceError(
                f"{name}, line {line}: {key} stands already in line {lines[(*place, key)]}.", "Write it once."
            )
        value = _value(name, value_node, (*place, key), lines)
        lines[(*place, key)] = line
        if not _is_empty(value_node):
            found[key] = value
    return found


def _is_empty(node: yaml.Node) -> bool:
    """Whether nothing stands behind the colon: not even quotation marks."""
    return isinstance(node, yaml.ScalarNode) and not node.value and node.style is None


def _unreadable(name: str, error: yaml.YAMLError) -> SourceError:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or str(error).splitlines()[0])
    line = f", line {mark.line + 1}" if mark else ""
    advice = 'Put text with *, :, #, [, { or a quotation mark in it into quotation marks: pattern: "*.csv".'
    if "\\t" in problem:
        advice = "Indent with blanks, not with tabs."
    elif re.search("indent|block mapping|block collection", f"{problem} {getattr(error, 'context', '')}"):
        advice = "Fields of one level begin in the same column. " + advice
    return SourceError(f"{name}{line} cannot be read as YAML: {problem}.", advice)
