"""Noting what arrived. Whoever notes holds the lock of the landing folder."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from warehouse.landing.arrival.mending import mended
from warehouse.landing.arrival.names import natural_key
from warehouse.landing.arrival.order import Arrival, Arrivals, Present, read_order, write_order


def note_hand_in(folder: Path, hand_in: str, given: Sequence[Present]) -> None:
    """Note what was handed in together, in the order given.

    What is the newest content of its name already does not arrive again. The parts of a full export arrive again
    together as soon as they differ from the last one.
    """
    known, _ = read_order(folder)
    if any(arrival.hand_in == hand_in for arrival in known):
        return  # by a process that was killed before it was done
    newest = {arrival.given_name: arrival for arrival in known}
    differing = {kind for kind in {file.full_kind for file in given} - {""} if _is_other_export(kind, given, known)}
    new = [
        file
        for file in given
        if (file.full_kind in differing if file.full_kind else not _is_newest(newest.get(file.given_name), file))
    ]
    if new:
        write_order(folder, [*known, *_arrived(new, known, hand_in)])


def note_present(folder: Path, present: Sequence[Present], loaded: Sequence[Arrival] = ()) -> Arrivals:
    """Note files that were copied into the folder, or overwritten in it, by hand; mend the order where it was lost.

    Among themselves they arrive in the natural order of their names.

    Parameters
    ----------
    loaded
        What the build file knows, in the order of loading; used where the order of arrival was lost.
    """
    former, damaged_count = read_order(folder)
    contents = {file.name: file.sha256 for file in present}
    known = [_settled(arrival, contents) for arrival in former]
    notes: tuple[str, ...] = ()
    if not former or damaged_count:
        known, notes = mended(known, present, loaded, damaged_count)
    newest = {arrival.name: arrival for arrival in known}
    new = [file for file in present if not _is_state(newest.get(file.name), file)]
    new += _unchanged_parts(new, newest, present)
    known += _arrived(sorted(new, key=lambda file: natural_key(file.name)), known, uuid.uuid4().hex)
    if known != former or damaged_count:
        write_order(folder, known)
    return Arrivals(tuple(known), notes)


def note_rewritten(folder: Path, name: str, former_sha256: str, sha256: str) -> None:
    """Note that a file's content is about to change in its place: erased people are taken out of it."""
    _note(
        folder,
        lambda arrival: (
            replace(arrival, sha256=sha256, former_sha256=former_sha256)
            if arrival.name == name and arrival.holds(former_sha256)
            else arrival
        ),
    )


def note_accepted(folder: Path, numbers: Collection[int]) -> None:
    """Note full exports that were loaded."""
    _note(folder, lambda one: replace(one, is_accepted=True) if one.arrival_number in numbers else one)


def _note(folder: Path, change: Callable[[Arrival], Arrival]) -> None:
    former, _ = read_order(folder)
    known = [change(arrival) for arrival in former]
    if known != former:
        write_order(folder, known)


def _arrived(files: Sequence[Present], known: Sequence[Arrival], hand_in: str) -> list[Arrival]:
    """New arrivals, after those that are known."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    first = known[-1].arrival_number + 1 if known else 1
    return [file.arrival(number, hand_in, now) for number, file in enumerate(files, start=first)]


def _is_state(arrival: Arrival | None, file: Present) -> bool:
    return arrival is not None and arrival.holds(file.sha256)


def _is_newest(arrival: Arrival | None, file: Present) -> bool:
    """Whether what is handed in stands there already, as the newest of its name."""
    return _is_state(arrival, file) and not file.is_copied


def _is_other_export(kind: str, given: Sequence[Present], known: Sequence[Arrival]) -> bool:
    """Whether the parts of a full export differ from those of the last one."""
    last = next((arrival.hand_in for arrival in reversed(known) if arrival.full_kind == kind), None)
    former = {(one.given_name, one.sha256) for one in known if one.hand_in == last and one.full_kind == kind}
    parts = [file for file in given if file.full_kind == kind]
    return former != {(file.given_name, file.sha256) for file in parts} or any(file.is_copied for file in parts)


def _unchanged_parts(
    new: Sequence[Present], newest: Mapping[str, Arrival], present: Sequence[Present]
) -> Iterator[Present]:
    """Parts of full exports that stay as they are while others of the same hand-in were overwritten."""
    names = {file.name for file in new}
    overwritten = {
        (newest[file.name].hand_in, file.full_kind) for file in new if file.full_kind and file.name in newest
    }
    for file in present:
        arrival = newest.get(file.name)
        if arrival and file.name not in names and (arrival.hand_in, file.full_kind) in overwritten:
            yield file


def _settled(arrival: Arrival, contents: Mapping[str, str]) -> Arrival:
    """Without the fingerprint of what erased people were taken out of, once that is done."""
    is_done = arrival.former_sha256 and contents.get(arrival.name) == arrival.sha256
    return replace(arrival, former_sha256="") if is_done else arrival
