"""Names of batches of a queue: which queue, which part of it, from where to where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

_OTHER_SIGNS = re.compile(r"[^0-9A-Za-z]+")
_SUFFIX = ".jsonl"
Position = tuple[int, ...]  # an offset, or the two numbers of a stream's id


@dataclass(frozen=True)
class QueueNames:
    """The names of one topic's or stream's batches.

    Parameters
    ----------
    landed
        Names in the landing folder, of whatever files.
    """

    place: str
    file: str
    queue: str
    landed: Sequence[str] = ()

    def batch(self, part: str, first: Position, last: Position) -> str:
        """The name of a batch.

        >>> QueueNames("bus", "orders", "shop.orders").batch("p0", (5,), (9,))
        'bus/orders_shop-orders-7458f4_p0_5_9.jsonl'
        >>> QueueNames("bus", "orders", "orders").batch("s", (1700, 0), (1800, 2))
        'bus/orders_orders_s_1700-0_1800-2.jsonl'
        """
        return f"{self._head(part)}{_written(first)}_{_written(last)}{_SUFFIX}"

    def last_landed(self, part: str) -> Position | None:
        """The last place that was landed of a part; None: nothing of it was."""
        return max(self._ends(part), default=None)

    def _head(self, part: str) -> str:
        plain = _OTHER_SIGNS.sub("-", self.queue)
        if plain != self.queue:  # two names that differ in other signs only are two queues
            plain += f"-{sha256(self.queue.encode()).hexdigest()[:6]}"
        return f"{self.place}/{self.file}_{plain}_{part}_"

    def _ends(self, part: str) -> Iterator[Position]:
        head = self._head(part)
        for name in self.landed:
            if name.startswith(head) and _SUFFIX in name:
                places = name.removeprefix(head).split(_SUFFIX)[0].split("_")
                yield tuple(int(number) for number in places[-1].split("-"))


def _written(position: Position) -> str:
    return "-".join(map(str, position))
