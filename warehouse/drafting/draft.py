"""`make source`: a folder of files becomes a drafted source folder, never in place of one that exists."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.base.errors import LandingError, SourceError
from warehouse.base.settings import Settings, checked_source_name
from warehouse.drafting.matching import Match
from warehouse.drafting.plan import Draft, FileDraft, plan_draft
from warehouse.drafting.samples import take_samples
from warehouse.drafting.select_text import select_text
from warehouse.drafting.shown import shown
from warehouse.drafting.source_text import source_text
from warehouse.landing.paths import checked_name, found_files, is_marker
from warehouse.source_definitions.folders import load_source, source_names
from warehouse.tables.contract import load_contract


@dataclass(frozen=True)
class Drafted:
    """A source folder that was written, and what stands in it."""

    name: str
    folder: Path
    draft: Draft

    @property
    def can_run(self) -> bool:
        return any(self.draft.gives(table) for table in load_contract().compulsory_one_of)

    def lines(self) -> Iterator[str]:
        """What was guessed, in words."""
        yield f"Drafted {self.folder}"
        for one in self.draft.files:
            yield from _file_lines(one)
        yield from self.unused_lines()

    def unused_lines(self) -> Iterator[str]:
        """Why nothing is made of some files, and what they might have been."""
        for name, why in sorted(self.draft.unused.items()):
            yield f"  {name}: left alone: {shown(why)}"
            if name in self.draft.lacking:
                guess = self.draft.lacking[name]
                yield from _match_lines(guess.table, guess.matches)


def draft_source(settings: Settings, name: str, given: Path) -> Drafted:
    """Guess what the files of a folder are and write it down as a source.

    Parameters
    ----------
    name
        Of the new source; its folder is made among one's own sources.
    given
        A file or a folder.

    Raises
    ------
    SourceError
        If there is a source of that name, or nothing could be made of any file.
    LandingError
        If the input does not exist or holds no file that can be read.
    """
    place = settings.own_sources_folder / checked_source_name(name)
    if name in source_names(settings) or place.exists():
        raise SourceError(
            f"There is a source {name!r} already. Nothing was written.",
            f"Choose another name: NAME={name}_2; or edit it, or delete its folder first ({place}).",
        )
    folder, paths = _files_of(given.expanduser())
    with duckdb.connect(config={"memory_limit": settings.memory_limit, "threads": settings.threads}) as connection:
        samples, unread = take_samples(connection, folder, paths, settings.unpacked_file_limit_bytes)
        draft = plan_draft(connection, samples, unread)
    if not draft.files:
        reasons = "\n".join(Drafted(name, place, draft).unused_lines())
        raise SourceError(
            f"Nothing could be made of the {len(paths)} files in {given}; nothing was written.\n{reasons}",
            "docs/adding-a-source.md says what a table must have; write the SELECTs by hand, from a shipped source.",
        )
    names = {path.relative_to(folder).as_posix() for path in paths} | {name for one in samples for name in one.names}
    _write(place, draft, tuple(sorted(names)))
    try:
        load_source(settings, name)  # what is written must be a source
    except SourceError:
        shutil.rmtree(place)
        raise
    return Drafted(name, place, draft)


def _files_of(given: Path) -> tuple[Path, list[Path]]:
    if not given.exists():
        raise LandingError(f"INPUT {given} does not exist.", "Check the path; it is relative to the checkout.")
    folder = given if given.is_dir() else given.parent
    paths = found_files(given) if given.is_dir() else [given] if not is_marker(given.name) else []
    if not paths:
        raise LandingError(f"INPUT {given} holds no file.", "Name the folder with the exported files.")
    for path in paths:
        checked_name(path, folder)
    return folder, paths


def _write(place: Path, draft: Draft, names: tuple[str, ...]) -> None:
    """Write all files beside the place and move them there at once."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as scratch:
        made = Path(scratch) / place.name
        made.mkdir()
        (made / "source.yml").write_text(source_text(draft, names), encoding="utf-8")
        for one in draft.files:
            for table in one.tables.values():
                (made / f"{table.table}.sql").write_text(select_text(one, table), encoding="utf-8")
        shutil.move(made, place)


def _file_lines(one: FileDraft) -> Iterator[str]:
    names = one.sample.labels
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    yield f"  {names[0]}{more}: rows are {one.main.table}" + (
        f", which also give {', '.join(one.computed)}" if one.computed else ""
    )
    for table in one.tables.values():
        yield from _match_lines(table.table, table.matches)
    yield from (f"    {shown(note)}" for note in one.notes)


def _match_lines(table: str, matches: Mapping[str, Match]) -> Iterator[str]:
    for column, match in matches.items():
        name = shown(match.profile.name)
        yield f"    {match.in_words:<7} {match.confidence:.2f}  {name} is {table}.{column}"
