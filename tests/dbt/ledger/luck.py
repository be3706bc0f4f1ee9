"""One way to draw, by hypothesis (which then looks for the smallest counterexample) or by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Luck(Protocol):
    """Draws. The first of several, and the smallest number, are the plainest: shrinking goes towards them."""

    def one_of(self, choices: Sequence[T]) -> T:
        """One of these."""

    def number(self, smallest: int, largest: int) -> int:
        """A number between these, both included."""


class SeededLuck:
    """The same draws for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311

    def one_of(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def number(self, smallest: int, largest: int) -> int:
        return self.random.randint(smallest, largest)


class HypothesisLuck:
    """Draws that hypothesis chooses, repeats and shrinks."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def one_of(self, choices: Sequence[T]) -> T:
        return self.draw(st.sampled_from(choices))

    def number(self, smallest: int, largest: int) -> int:
        return self.draw(st.integers(smallest, largest))


def seldom(luck: Luck, one_in: int) -> bool:
    """True once in so many draws; plainest if not."""
    return luck.number(0, one_in - 1) == one_in - 1
