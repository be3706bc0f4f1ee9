"""The landing folder: what was handed in, as it came. Files are recognised, then copied in, and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.landing.arrival.landed import note_landed
from warehouse.landing.hand_ins import finish_landing, land_together
from warehouse.landing.paths import checked_name, found_files, is_marker, landing_folder_of
from warehouse.landing.recognition import DATA_SUFFIXES, UNPACKED_SUFFIXES, LandedFile, Recognised, recognise
from warehouse.landing.scratch import clear_scratch
from warehouse.landing.unpacked import unpacked_files
from warehouse.source_definitions.folders import Source, load_source
from warehouse.tables.contract import load_contract


@dataclass(frozen=True)
class HandIn:
    """What was handed in together, and where it stands now."""

    paths: tuple[Path, ...]
    recognised: Recognised

    def lines(self, home: Path) -> Iterator[str]:
        """What was landed, and what was not, in words."""
        yield from (f"Landed {path.relative_to(home)}" for path in self.paths)
        yield from (f"Not landed: {line}" for line in self.recognised.lines())


def land_input(settings: Settings, source_name: str, given: Path) -> HandIn:
    """Copy a file, or the data files of a folder, into the landing folder of a source: all of them or none.

    Raises
    ------
    LandingError
        If the input does not exist, cannot be read, holds no data file, or holds files that the source does not know;
        or a link in the landing folder would lead a copy out of it. Nothing is copied then.
    SourceError
        If there is no such source, or it is wrong.
    """
    source = load_source(settings, source_name)
    given = given.expanduser()
    if not _exists(given):
        raise LandingError(f"INPUT {given} does not exist.", "Check the path; it is relative to the checkout.")
    base = _base_of(given, source)
    return land_named(
        settings, source, [(path, checked_name(path, base)) for path in _files_of(given)], f"INPUT {given}"
    )


def land_named(settings: Settings, source: Source, named: Sequence[tuple[Path, str]], place: str) -> HandIn:
    """Copy files into the landing folder of a source under the names given: all of them or none.

    Archives, workbooks and other formats that are not read as they are become files of formats that are.

    Parameters
    ----------
    place
        Where the files come from, for messages.

    Raises
    ------
    LandingError, SourceError
        As `land_input`.
    """
    folder = landing_folder_of(settings, source.name)
    with unpacked_files(source, named, folder, settings.unpacked_file_limit_bytes) as unpacked:
        found = recognise(source, unpacked.named, f"{place}; nothing was copied", "Rename it or leave it out.")
        found = replace(found, passed_over=(*found.passed_over, *unpacked.passed_over))
        if not found.files:
            raise LandingError(
                f"{place} holds no data file. {'; '.join(found.lines())}",
                f"Clientele reads files ending in {', '.join((*DATA_SUFFIXES, *UNPACKED_SUFFIXES))}.",
            )
        finish_landing(folder)  # of a process that was killed: else its files would be noted twice
        note_landed(settings, source)  # what was copied there by hand arrived before
        paths = land_together(folder, source, found.files)
    return HandIn(tuple(paths), found)


def landed_files(settings: Settings, source: Source) -> list[LandedFile]:
    """The files in the landing folder of a source, each with its kind, in order of name; none where it has no folder.

    Raises
    ------
    LandingError
        As `recognised_landing`, but for a folder that is not there or empty.
    """
    folder = settings.landing_of(source.name)
    is_filled = folder.is_dir() and any(folder.iterdir())
    return list(recognised_landing(settings, source).files) if is_filled else []


def recognised_landing(settings: Settings, source: Source) -> Recognised:
    """What stands in the landing folder of a source.

    Raises
    ------
    LandingError
        If the folder is missing or holds no data, a file is of no kind that the source knows, or a link leads out.
    """
    folder = landing_folder_of(settings, source.name)
    finish_landing(folder)
    clear_scratch(folder)
    paths = found_files(folder) if folder.is_dir() else []
    named = [(path, checked_name(path, folder)) for path in paths]
    found = recognise(
        source,
        named,
        f"in the landing folder {folder}",
        f"Rename it in {folder}, or take it out of there; archives, workbooks and JSON are handed in (INPUT=).",
        are_landed=True,
    )
    if not found.files:
        raise LandingError(
            f"No files for source {source.name!r}: the landing folder {folder} is empty.",
            f"Put files there, or name them: make run SOURCE={source.name} INPUT=path/to/file",
        )
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError) as error:  # no permission, a name too long, a null byte
        raise LandingError(f"INPUT {path!r} cannot be looked at: {error}", "Check the path.") from error


def _files_of(given: Path) -> list[Path]:
    if given.is_dir():
        return found_files(given)
    return [given] if given.is_file() and not is_marker(given.name) else []


def _base_of(given: Path, source: Source) -> Path:
    """The folder that names are relative to: above one called after a table, for its name says what it holds."""
    is_table = source.form == "contract" and given.name.lower() in load_contract().tables
    return given.parent if given.is_file() or is_table else given
