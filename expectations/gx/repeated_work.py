"""What Great Expectations does over and over in one gate, and once is enough."""

from __future__ import annotations

from functools import update_wrapper
from typing import Any


def leave_out_repeated_work() -> None:
    """Let GX read an expectation's configuration once and not for each key, and store nothing of a passing context.

    What is measured, judged and kept is the same. GX's own functions are the `__wrapped__` of ours.
    """
    from great_expectations import ExpectationSuite
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.expectations.expectation import Expectation

    replaced: tuple[tuple[type, str, Any], ...] = (
        (Expectation, "_get_domain_kwargs", _domain_arguments),
        (Expectation, "_get_success_kwargs", _success_arguments),
        (EphemeralDataContext, "_save_project_config", _store_nothing),
        (ExpectationSuite, "is_fresh", _no_differences),
    )
    for of_gx, name, ours in replaced:
        if getattr(of_gx, name) is not ours:
            setattr(of_gx, name, update_wrapper(ours, getattr(of_gx, name)))


def _domain_arguments(self: Any) -> dict[str, Any]:
    return _arguments(self, self.domain_keys)


def _success_arguments(self: Any) -> dict[str, Any]:
    return _arguments(self, (*self.success_keys, *self.domain_keys))


def _arguments(expectation: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    given = expectation.configuration.kwargs  # made anew with each look
    return {key: given.get(key, expectation._get_default_value(key)) for key in keys}


def _store_nothing(*_: Any, **__: Any) -> None:
    """A context that nobody keeps would be written as YAML with each table added to it."""


def _no_differences(_: Any) -> Any:
    """A suite just made would be compared three times with what was stored of it."""
    from great_expectations.core.freshness_diagnostics import ExpectationSuiteFreshnessDiagnostics

    return ExpectationSuiteFreshnessDiagnostics(errors=[])
