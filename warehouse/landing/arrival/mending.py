"""An order of arrival that is missing or damaged: taken from what is left, from the build file, from the names."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from warehouse.landing.arrival.names import given_name, natural_key
from warehouse.landing.arrival.order import ORDER_FILE, Arrival, Present


def mended(
    known: Sequence[Arrival], present: Sequence[Present], loaded: Sequence[Arrival], damaged_count: int
) -> tuple[list[Arrival], tuple[str, ...]]:
    """The whole order again, and what was done, in words.

    Files that the build file knows get their places back. The others take the places that are free in a damaged order,
    or follow at the end: first as an earlier release loaded them, then by their names.

    Parameters
    ----------
    known
        What could be read.
    loaded
        What the build file knows, in the order of loading; without a number what a release loaded that kept no order.
    """
    places = {arrival.arrival_number: arrival for arrival in known}
    for one in loaded:
        if one.arrival_number:
            places.setdefault(one.arrival_number, one)
    restored_count = len(places) - len(known)
    newest = {places[number].name: places[number] for number in sorted(places)}
    rest = [file for file in present if file.name not in newest or not newest[file.name].holds(file.sha256)]
    turn = {one.name: at for at, one in reversed([*enumerate(loaded)]) if not one.arrival_number}
    rest.sort(key=lambda file: (turn.get(file.name, len(loaded)), natural_key(file.name)))
    hand_in = uuid.uuid4().hex
    free = _free_numbers(places.keys(), fill_gaps=damaged_count > 0)
    for number, file in zip(free, rest, strict=False):
        places[number] = file.arrival(number, hand_in, "")
    is_news = damaged_count > 0 or loaded or any(given_name(file.name) != file.name for file in rest)
    notes = _words(damaged_count, restored_count, len(rest)) if is_news else ()
    return [places[number] for number in sorted(places)], notes


def _free_numbers(taken: Iterable[int], *, fill_gaps: bool) -> Iterator[int]:
    used = set(taken)
    return (number for number in count(1 if fill_gaps or not used else max(used) + 1) if number not in used)


def _words(damaged_count: int, restored_count: int, rest_count: int) -> tuple[str, ...]:
    what = f"damaged in {damaged_count:,} lines" if damaged_count else "not there"
    return (
        f"The order in which files arrived ({ORDER_FILE} in the landing folder) was {what}: {restored_count:,} files "
        f"have their places from the warehouse, {rest_count:,} from the order of their names. If a corrected file is "
        "among the latter and its name does not come last, hand it in again.",
    )
