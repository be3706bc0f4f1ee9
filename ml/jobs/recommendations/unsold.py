"""Products that nobody has bought yet: only their texts say who may like them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.jobs.recommendations.signals import Fitted


@dataclass(frozen=True, eq=False)
class Unsold:
    """Listed products without a purchase; positions sorted, shape (n_unsold,)."""

    fitted: Fitted
    positions: NDArray

    @classmethod
    def found(cls, fitted: Fitted) -> Self:
        """The products of the shop's list that no customer has bought before the day."""
        return cls(fitted, np.flatnonzero(fitted.subjects.is_listed_unsold & (fitted.history.buyer_counts() == 0)))

    def places(self, wanted: int) -> int:
        """How many places of a list they can fill."""
        return min(wanted, len(self.positions))

    def nearest(self, customer: int, count: int) -> Iterator[tuple[int, float]]:
        """The products whose texts are most like those of what the customer has bought, and the mean cosine.

        Nothing for whom nothing is alike.
        """
        if not count:
            return
        history, texts = self.fitted.history, self.fitted.texts
        profile = history.bought[[customer]] @ texts
        alike = (texts[self.positions] @ profile.T).toarray().ravel() / max(history.bought[[customer]].sum(), 1)
        for place in np.argsort(-alike, kind="stable")[:count]:
            if alike[place] > 0:
                yield int(self.positions[place]), float(alike[place])
