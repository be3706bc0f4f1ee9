"""Whoever waits at the same time is scored in one pass, which takes hardly longer for ten customers than for one.

Facts of different customers stay apart: those with an id in common (an account, an order, a contract …) wait for the
next pass. An error is of the request that has it: where a pass fails, each of its customers is scored alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from serving.facts.request import FactsBase

_MOST_CUSTOMERS = 32
_MOST_ROWS = 10_000

# What is answered of a customer, or why there is no answer.
Outcome = dict[str, Any] | Exception


@dataclass(eq=False)
class _Asked:
    facts: FactsBase
    answer: Future[dict[str, Any]] = field(default_factory=Future)


class Together:
    """Takes requests from many threads, and scores them in a thread of its own.

    Parameters
    ----------
    score
        Gives the outcome of each of several customers of one date, who have no id in common.
    """

    def __init__(self, score: Callable[[Sequence[FactsBase]], Sequence[Outcome]]) -> None:
        self._score = score
        self._waiting: deque[_Asked] = deque()
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="scores-facts")

    def of(self, facts: FactsBase) -> dict[str, Any]:
        """The answer of one customer; waits for the pass that is under way, and for his own.

        Raises
        ------
        Exception
            What the customer's own outcome is.
        """
        asked = _Asked(facts)
        with self._lock:
            self._waiting.append(asked)
        self._worker.submit(self._pass)  # finds nobody if the one before has taken him along
        return asked.answer.result()

    def _pass(self) -> None:
        taken = self._taken()
        for asked, outcome in zip(taken, self._outcomes([asked.facts for asked in taken]), strict=True):
            if isinstance(outcome, Exception):
                asked.answer.set_exception(outcome)
            else:
                asked.answer.set_result(outcome)

    def _outcomes(self, several: Sequence[FactsBase]) -> Sequence[Outcome]:
        if not several:
            return []
        try:
            return self._score(several)
        except Exception as error:
            if len(several) == 1:
                return [error]
            return [outcome for facts in several for outcome in self._outcomes([facts])]

    def _taken(self) -> list[_Asked]:
        """Whoever waits longest, and those after him who fit in the same pass."""
        with self._lock:
            waiting, taken, left = list(self._waiting), list[_Asked](), list[_Asked]()
            ids, row_count = set[str](), 0
            for asked in waiting:
                facts = asked.facts
                own, rows = facts.named_ids(), row_count + facts.row_count()
                fits = not taken or (
                    facts.as_of_date == taken[0].facts.as_of_date and rows <= _MOST_ROWS and ids.isdisjoint(own)
                )
                if fits and len(taken) < _MOST_CUSTOMERS:
                    taken.append(asked)
                    ids, row_count = ids | own, rows
                else:
                    left.append(asked)
            self._waiting = deque(left)
        return taken
