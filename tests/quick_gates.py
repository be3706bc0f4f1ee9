"""Gates that take two thirds of their time: no pages, and Great Expectations does not do over what stays the same.

What it measures and judges, and what we keep of it, is untouched. Programs that tests start (Airflow, the command
line) run gates as they are; in tests that ask for `gate_pages` gates write their pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from expectations import gates


@contextmanager
def quick_gates() -> Iterator[None]:
    """Let gates in this process be quick; Great Expectations is imported with the first of them."""
    open_context = gates.open_context

    def open_quick_context(*given: Any) -> Any:
        _shorten(patch)
        return open_context(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gates, "open_context", open_quick_context)
        patch.setattr(gates, "_write_pages", lambda *_: None)
        yield


def _shorten(patch: pytest.MonkeyPatch) -> None:
    from great_expectations import ExpectationSuite
    from great_expectations.core.freshness_diagnostics import ExpectationSuiteFreshnessDiagnostics
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.expectations.expectation import Expectation

    def domain_arguments(self: Expectation) -> dict[str, Any]:
        given = self.configuration.kwargs  # once, and not for each key
        return {key: given.get(key, self._get_default_value(key)) for key in self.domain_keys}

    def success_arguments(self: Expectation) -> dict[str, Any]:
        given = self.configuration.kwargs
        own = {key: given.get(key, self._get_default_value(key)) for key in self.success_keys}
        return own | domain_arguments(self)

    patch.setattr(Expectation, "_get_domain_kwargs", domain_arguments)
    patch.setattr(Expectation, "_get_success_kwargs", success_arguments)
    # A context that nobody keeps is written as YAML with each table added to it.
    patch.setattr(EphemeralDataContext, "_save_project_config", lambda *_, **__: None)
    # A suite just made is compared with what was stored of it, three times.
    patch.setattr(ExpectationSuite, "is_fresh", lambda _: ExpectationSuiteFreshnessDiagnostics(errors=[]))
