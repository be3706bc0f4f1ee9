"""The scorer of `make serve`, asked by a program. Nothing but Python's own library is needed."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

Value = str | int | float | bool | None
Group = Mapping[str, Value]

_PATIENCE_SECONDS = 30.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NoAnswer(Exception):
    """The scorer has no answer.

    Parameters
    ----------
    status
        The status of HTTP; 0 if nobody answered.
    error, what_to_do
        What happened, and the first step towards mending it.
    """

    def __init__(self, status: int, error: str, what_to_do: str = "") -> None:
        super().__init__(f"{error} {what_to_do}".strip())
        self.status = status
        self.error = error
        self.what_to_do = what_to_do


@dataclass(frozen=True)
class Answer:
    """What is known of one customer: columns of `marts.customer_360` in groups, under their own names."""

    customer_id: str
    source: str
    as_of_date: date
    published_version: str
    models: Mapping[str, str]
    segment: Group
    churn: Group
    value: Group
    contracts: Group
    next_action: Group
    behaviour: Group

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Answer:
        """The answer as the scorer tells it."""
        known: dict[str, Any] = {**told, "as_of_date": date.fromisoformat(told["as_of_date"])}
        return cls(**known)


class Scorer:
    """Asks a scorer.

    Parameters
    ----------
    address
        Such as http://127.0.0.1:8600.
    key
        Its key (docs/serving.md).

    Raises
    ------
    NoAnswer
        Each question: if the scorer refuses it, or does not answer at all.
    """

    def __init__(self, address: str, key: str) -> None:
        self._address = address.rstrip("/")
        self._key = key

    def customer(self, customer_id: str) -> Answer:
        """What is published of a customer."""
        return Answer.of(self._asked(f"/customers/{quote(customer_id, safe='')}"))

    def score(self, facts: Mapping[str, Any]) -> Answer:
        """What the models say of the facts of a customer: rows of the data contract, by table, and `customer_id`."""
        return Answer.of(self._asked("/score", json.dumps(facts).encode()))

    def version(self) -> Mapping[str, Any]:
        """The published version that answers."""
        return self._asked("/version")

    def _asked(self, path: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._address}{path}", body, headers)  # noqa: S310 - the caller's address
        try:
            with _DIRECT.open(request, timeout=_PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise _no_answer(refused.code, refused.read().decode(errors="replace")) from None
        except OSError as error:
            raise NoAnswer(0, f"No scorer answers at {self._address} ({error}).", "Start it: make serve.") from error


def _no_answer(status: int, text: str) -> NoAnswer:
    try:
        told = json.loads(text)
        return NoAnswer(status, told["error"], told.get("what_to_do", ""))
    except (ValueError, KeyError, TypeError):
        return NoAnswer(status, text.strip() or f"status {status}")
