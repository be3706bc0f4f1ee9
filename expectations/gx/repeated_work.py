"""What Great Expectations does over and over in one gate, and once is enough."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import update_wrapper
from typing import Any

_PLAIN = frozenset({str, int, bool, type(None)})


def leave_out_repeated_work() -> None:
    """Let GX read an expectation's configuration once and not for each key, translate into JSON what is not JSON yet,
    and store nothing of a passing context.

    What is measured, judged and kept is the same. GX's own functions are the `__wrapped__` of ours.
    """
    from great_expectations import Checkpoint, ExpectationSuite, ValidationDefinition
    from great_expectations.core.id_dict import IDDict
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.data_context.store import ValidationResultsStore
    from great_expectations.expectations.expectation import Expectation

    replaced: tuple[tuple[type, str, Any], ...] = (
        (Expectation, "_get_domain_kwargs", _domain_arguments),
        (Expectation, "_get_success_kwargs", _success_arguments),
        (Expectation, "_get_runtime_kwargs", _runtime_arguments),
        (IDDict, "to_id", _id),
        (ValidationResultsStore, "serialize", _as_json),
        (EphemeralDataContext, "_save_project_config", _store_nothing),
        (ExpectationSuite, "is_fresh", _no_differences),
        (ValidationDefinition, "is_fresh", _no_differences),
        (Checkpoint, "is_fresh", _no_differences),
    )
    for of_gx, name, ours in replaced:
        if getattr(of_gx, name) is not ours:
            setattr(of_gx, name, update_wrapper(ours, getattr(of_gx, name)))


def _domain_arguments(self: Any) -> dict[str, Any]:
    return _arguments(self, self.domain_keys)


def _success_arguments(self: Any) -> dict[str, Any]:
    return _arguments(self, (*self.success_keys, *self.domain_keys))


def _runtime_arguments(self: Any, runtime_configuration: dict[str, Any] | None = None) -> dict[str, Any]:
    from great_expectations.expectations.expectation_configuration import parse_result_format

    found = _arguments(self, (*self.runtime_keys, *self.success_keys, *self.domain_keys))
    of_run = {key: value for key, value in (runtime_configuration or {}).items() if key in self.runtime_keys}
    kept = {key: found[key] for key in (*self.success_keys, *self.domain_keys)}
    found |= of_run | kept
    return found | {"result_format": parse_result_format(found["result_format"])}


def _arguments(expectation: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    given = expectation.configuration.kwargs  # made anew with each look
    return {key: given.get(key, expectation._get_default_value(key)) for key in keys}


def _id(self: Any, id_keys: Iterable[str] | None = None, id_ignore_keys: Iterable[str] | None = None) -> Any:
    """The same id; of texts and whole numbers, which JSON has, there is nothing to translate before."""
    keys = set(self if id_keys is None else id_keys) - set(
        self._id_ignore_keys if id_ignore_keys is None else id_ignore_keys
    )
    if len(keys) <= 1 or any(type(self[key]) not in _PLAIN for key in keys):
        return _id.__wrapped__(self, id_keys, id_ignore_keys)  # pyrefly: ignore[missing-attribute] (of update_wrapper)
    text = json.dumps({key: self[key] for key in keys}, sort_keys=True)
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()


def _as_json(self: Any, value: Any) -> str:
    """What is JSON already is not checked against the schema that it was made by."""
    return json.dumps(value.to_json_dict(), indent=2, sort_keys=True)


def _store_nothing(*_: Any, **__: Any) -> None:
    """A context that nobody keeps would be written as YAML with each table added to it."""


def _no_differences(_: Any) -> Any:
    """What was just made would be compared with what was stored of it; a suite would be read back six times."""
    from great_expectations.core.freshness_diagnostics import FreshnessDiagnostics

    return FreshnessDiagnostics(errors=[])
