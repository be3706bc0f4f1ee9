"""Importing Great Expectations without the libraries that it names for one expectation that no gate has.

Altair and SciPy's statistics are for `ExpectColumnKLDivergenceToBeLessThan`, and two fifths of the time that importing
GX takes in each process that runs a gate.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_SELDOM_USED = ("altair", "scipy.stats")


def import_great_expectations() -> None:
    """Import GX, unless it is there already."""
    if "great_expectations" not in sys.modules:
        with _imported_when_used(_SELDOM_USED):
            importlib.import_module("great_expectations.expectations")


@contextmanager
def _imported_when_used(names: tuple[str, ...]) -> Iterator[None]:
    """What imports one of these modules in the block gets one that imports it when it is first used."""
    put_in = {name: _ImportedWhenUsed(name) for name in names if name not in sys.modules}
    sys.modules.update(put_in)
    try:
        yield
    finally:
        for name, module in put_in.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


class _ImportedWhenUsed(ModuleType):
    """Has what the module of its name has."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by whoever looks at all modules there are
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)
