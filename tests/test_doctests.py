"""The examples in docstrings are true, wherever one stands."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

from warehouse.base.settings import CHECKOUT

_PACKAGES = ("dags", "expectations", "ml", "pipeline", "services", "tools", "warehouse")
_WITH_EXAMPLES = [
    ".".join(file.relative_to(CHECKOUT).with_suffix("").parts)
    for package in _PACKAGES
    for file in sorted((CHECKOUT / package).rglob("*.py"))
    if ">>> " in file.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", _WITH_EXAMPLES)
def test_examples_in_docstrings(name: str) -> None:
    outcome = doctest.testmod(import_module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0
