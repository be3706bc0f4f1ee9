"""Which tests are unit tests, told from what they use: the test, its fixtures and the helpers of `tests/` they call.

Whatever starts a program or reaches a part that takes seconds (`_SLOW`) is none. Nobody marks a test, so nobody can
forget to.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

_TESTS = Path(__file__).resolve().parent
# Modules, or names in them, with everything below; a name alone is a method of whatever it is called on.
_SLOW = (
    # programs beside this one
    *("subprocess", "multiprocessing", "psutil", "os.fork", "os.posix_spawn"),
    # libraries
    *("airflow", "cosmos", "dbt", "great_expectations", "mlflow", "splink"),
    # stages of a run
    *("warehouse.loading", "warehouse.publishing", "warehouse.erasure", "warehouse.sharing"),
    *("warehouse.marts.build", "warehouse.marts.dbt", "warehouse.identity.resolve"),
    "warehouse.sources.sample_shop.generate",
    *("expectations.gates", "expectations.gx.data_docs", "expectations.gx.data_docs_site", "expectations.__main__"),
    *("ml.lifecycle", "ml.tracking", "tools", "ml.backtest", "ml.watching.evidence"),
    "compete",
    "getfixturevalue",  # of whatever is named when the test runs
    *("pipeline.stages", "pipeline.dbt_run", "pipeline.backfill"),
    *("services.embedded", "services.processes", "services.pipeline", "services.install"),
)
_SLOW_FIXTURES = ("real_data", "simulate")


def mark_unit_tests(items: list[pytest.Item]) -> None:
    """Give each unit test the mark `unit`."""
    uses = Uses()
    for item in items:
        if isinstance(item, pytest.Function) and not uses.slow_parts(item):
            item.add_marker(pytest.mark.unit)


class Uses:
    """What is reached from functions, each looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, set[str]] = {}

    def slow_parts(self, item: pytest.Function) -> set[str]:
        """Return the slow parts that a test, or a fixture of it, reaches."""
        if getattr(item.function, "is_hypothesis_test", False):
            return {"hypothesis"}  # a hundred examples
        fixtures = _asked_for(item)
        functions = [item.function, *fixtures.values()]
        return set(_SLOW_FIXTURES).intersection(fixtures).union(*(self.reached(function) for function in functions))

    def reached(self, function: Callable[..., Any]) -> set[str]:
        function = inspect.unwrap(function)
        if not isinstance(function, FunctionType):
            return set()
        if id(function) not in self._known:
            self._known[id(function)] = set()  # where functions call each other in a circle
            names = set(_names(function.__code__))
            parts = (self._of(name, function.__globals__.get(name), names) for name in names)
            self._known[id(function)] = set().union(*parts)
        return self._known[id(function)]

    def _of(self, name: str, value: Any, names: set[str]) -> set[str]:
        """What comes of one name in a function."""
        if value is None:
            return {name} if _is_slow(name) else set()  # imported inside the function, or a part of something
        if isinstance(value, ModuleType):
            used = vars(value).keys() & names
            found = {one for one in (value.__name__, *(f"{value.__name__}.{other}" for other in used)) if _is_slow(one)}
            return found.union(*(self._called(vars(value)[other]) for other in used if _is_ours(value)))
        return self._called(value)

    def _called(self, value: Any) -> set[str]:
        """What is reached by a function or class."""
        place = f"{getattr(value, '__module__', None)}.{getattr(value, '__qualname__', '')}"
        if _is_slow(place):
            return {place}
        if not _is_ours(value):
            return set()
        if inspect.isclass(value):
            members = [getattr(member, "fget", member) for member in vars(value).values()]
            return set().union(*(self.reached(getattr(one, "__func__", one)) for one in members if one is not None))
        return self.reached(value) if callable(value) else set()


def _asked_for(item: pytest.Function) -> dict[str, Callable[..., Any]]:
    """The fixtures that a test asks for, and those that they ask for; not what pytest does around every test."""
    known = item._fixtureinfo.name2fixturedefs
    names = [*item._fixtureinfo.argnames, *(name for mark in item.iter_markers("usefixtures") for name in mark.args)]
    found: dict[str, Callable[..., Any]] = {}
    while names:
        name = names.pop()
        if name in known and name not in found:
            found[name] = known[name][-1].func
            names += known[name][-1].argnames
    return found


def _names(code: CodeType) -> Iterator[str]:
    """The names that a function uses, those of functions inside it included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_slow(place: str) -> bool:
    return any(place == slow or place.startswith(f"{slow}.") for slow in _SLOW)


def _is_ours(value: Any) -> bool:
    """Whether it is written in `tests/`."""
    try:
        return Path(inspect.getfile(inspect.unwrap(value) if callable(value) else value)).is_relative_to(_TESTS)
    except TypeError:
        return False
