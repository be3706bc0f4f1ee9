"""The privacy budget of a source: what is given, what is spent, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import duckdb

from warehouse.base.errors import SettingsError
from warehouse.sharing.sharing_rules import exact

SMALLEST_EPSILON = 0.001  # below it, noise is all there is


@dataclass(frozen=True)
class Budget:
    """Of one source, all its shared files together."""

    source: str
    spent: Fraction
    whole: Fraction
    file_count: int

    @property
    def left(self) -> Fraction:
        return self.whole - self.spent

    def in_words(self) -> str:
        return (
            f"of the privacy budget of {self.source!r}, {float(self.whole):g}, "
            f"{float(self.spent):g} are spent and {float(self.left):g} are left"
        )

    def check(self, epsilon: float) -> None:
        """Raise SettingsError for what is no budget, or more than is left."""
        if not SMALLEST_EPSILON <= epsilon < float("inf"):
            raise SettingsError(
                f"epsilon is {epsilon}: that is no budget to spend. Nothing was spent.",
                f"Give a number from {SMALLEST_EPSILON} to {float(self.left):g} (EPSILON=1); "
                "1 is usual, less is more private.",
            )
        if exact(epsilon) > self.left:
            raise SettingsError(
                f"The privacy budget of {self.source!r} is {float(self.whole):g}, of which {float(self.spent):g} are "
                f"spent: {epsilon:g} more are too much. Nothing was spent.",
                "Share less (EPSILON), use a file shared before, or decide on a larger "
                "CLIENTELE_PRIVACY_BUDGET_EPSILON.",
            )


def read_epsilon(text: str) -> float | None:
    """A budget as a person wrote it; None where none is given. Raises SettingsError if it is no number.

    >>> read_epsilon(" 0.5 "), read_epsilon("")
    (0.5, None)
    """
    if not text.strip():
        return None
    try:
        return float(Decimal(text.strip()))
    except (InvalidOperation, OverflowError) as error:
        raise SettingsError(
            f"epsilon is {text!r}, which is not a number. Nothing was spent.", "Write it like 1 or 0.5."
        ) from error


def read_budget(connection: duckdb.DuckDBPyConnection, source: str, whole: float) -> Budget:
    """What is spent so far, by the files in `quality.privacy_budget`."""
    rows = connection.execute("select epsilon from quality.privacy_budget where source = ?", [source]).fetchall()
    return Budget(source, sum((exact(epsilon) for (epsilon,) in rows), Fraction()), exact(whole), len(rows))
