"""What is handed in, as files that are read: archives by their members, workbooks by their sheets, JSON by records.

What a file becomes stands in a folder of the file's name: sheet Orders of shop.xlsx in `shop.xlsx/Orders.parquet`. From
there on it is a file like any other, with the same counts, quarantine, order of arrival and erasure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from warehouse.base.errors import LandingError
from warehouse.files.blocks import file_blocks
from warehouse.files.encoding import text_format, utf8_blocks
from warehouse.files.packing import unpacked_name
from warehouse.files.text_parquet import Records, write_records
from warehouse.landing.paths import checked_name, found_files
from warehouse.landing.recognition import fits, is_ignored, table_of
from warehouse.landing.scratch import scratch_folder
from warehouse.source_definitions.folders import FileKind, Source
from warehouse.unpacking.archive import unpack_archive
from warehouse.unpacking.fixed_width import fixed_width_records
from warehouse.unpacking.json_records import JSON_SUFFIXES, json_records
from warehouse.unpacking.workbook import WORKBOOK_SUFFIXES, open_workbook, sheet_file, sheet_names, sheet_records

_ARCHIVE = ".zip"
_LINES_SUFFIXES = (".jsonl", ".ndjson")
Named = tuple[Path, str]  # a file, and the name that it has or will have in the landing folder


@dataclass
class Unpacked:
    """Files that are read."""

    named: list[Named] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)  # sheets that are no tables


@contextmanager
def unpacked_files(source: Source, named: Sequence[Named], folder: Path, limit_bytes: int) -> Iterator[Unpacked]:
    """Each file as it is, or what it becomes, which is there until the end of the context.

    Raises
    ------
    LandingError
        If a file is damaged, protected, larger than the limit once unpacked, or lacks what the source asks of it.
    """
    if not any(_is_unpacked(source, name) for _, name in named):
        yield Unpacked(list(named))
        return
    with scratch_folder(folder) as scratch:
        maker = _Unpacker(source, scratch, limit_bytes)
        for path, name in named:
            maker.unpack(path, name)
        yield maker.made


def _is_unpacked(source: Source, name: str) -> bool:
    if is_ignored(source, name):
        return False
    return name.lower().endswith(_ARCHIVE) or bool(_format_of(source, name))


def _format_of(source: Source, name: str) -> str:
    """In which format a file is taken apart; empty if it is read as it is, or not at all."""
    if source.form == "mapped":
        return next((kind.format for kind in source.files if kind.is_unpacked and fits(name, kind.pattern)), "")
    if name.lower().endswith(WORKBOOK_SUFFIXES):
        return "excel"
    return "json" if name.lower().endswith(JSON_SUFFIXES) and table_of(name.lower()) else ""


class _Unpacker:
    """Makes the files of one hand-in."""

    def __init__(self, source: Source, scratch: Path, limit_bytes: int) -> None:
        self.source = source
        self.scratch = scratch
        self.limit_bytes = limit_bytes
        self.made = Unpacked()

    def unpack(self, path: Path, name: str, *, is_member: bool = False) -> None:
        """Add a file, or what it becomes."""
        if not _is_unpacked(self.source, name):
            self.made.named.append((path, name))
        elif name.lower().endswith(_ARCHIVE):
            self._archive(path, name, is_member=is_member)
        elif _format_of(self.source, name) == "excel":
            self._workbook(path, name)
        else:
            self._text(path, name)

    def _archive(self, path: Path, name: str, *, is_member: bool) -> None:
        if is_member:
            raise LandingError(
                f"{name} is an archive in another one.", "Unpack the outer one and hand in what is in it."
            )
        inside = Path(mkdtemp(prefix="archive-", dir=self.scratch))
        unpack_archive(path, name, inside, self.limit_bytes)
        members = found_files(inside)
        if not members:
            raise LandingError(f"{name} holds no files.", "Ask for the archive again; nothing was landed.")
        for member in members:
            self.unpack(member, f"{name}/{checked_name(member, inside)}", is_member=True)

    def _workbook(self, path: Path, name: str) -> None:
        with open_workbook(path, name, self.limit_bytes) as book:
            sheets = sheet_names(book)
            wanted = self._by_entry(name, sheets) if self.source.form == "mapped" else _by_name(name, sheets)
            self.made.passed_over += [f"sheet {sheet} of {name}" for sheet in sheets if sheet not in wanted]
            for sheet, stem in wanted.items():
                self._write(sheet_records(book, path, name, sheet), f"{name}/{stem}.parquet")

    def _by_entry(self, name: str, sheets: Sequence[str]) -> dict[str, str]:
        """The sheets that entries of source.yml name, with the names of their files."""
        wanted: list[str] = []
        for kind in self._kinds(name):
            found = (
                [sheet for sheet in sheets if fits(sheet_file(sheet), sheet_file(kind.sheet))] if kind.sheet else sheets
            )
            if not found or (not kind.sheet and len(found) > 1):
                lacks = f"has no sheet {kind.sheet!r}" if kind.sheet else "has several sheets"
                raise LandingError(
                    f"{name} {lacks}. It has: {', '.join(sheets)}.",
                    f"Name one of them as `sheet` of {kind.pattern!r} in source.yml; nothing was landed.",
                )
            wanted += found
        return _named(name, wanted)

    def _text(self, path: Path, name: str) -> None:
        form = text_format(name, file_blocks(path, name, self.limit_bytes))

        def blocks() -> Iterator[bytes]:
            return utf8_blocks(name, file_blocks(path, name, self.limit_bytes), form)

        kind = next(iter(self._kinds(name)), None)
        if form.is_blank:
            records = Records((), lambda: iter(()))
        elif kind and kind.format == "fixed_width":
            records = fixed_width_records(name, blocks, dict(kind.positions))
        else:
            are_lines = unpacked_name(name.lower()).endswith(_LINES_SUFFIXES)
            records = json_records(name, blocks, kind.records if kind else "", are_lines=are_lines)
        self._write(records, f"{name}/{PurePosixPath(name).name.split('.')[0]}.parquet")

    def _kinds(self, name: str) -> list[FileKind]:
        return [kind for kind in self.source.files if kind.is_unpacked and fits(name, kind.pattern)]

    def _write(self, records: Records, name: str) -> None:
        target = self.scratch / f"table-{len(self.made.named)}.parquet"
        write_records(target, records)
        self.made.named.append((target, name))


def _by_name(name: str, sheets: Sequence[str]) -> dict[str, str]:
    """The sheets that are called after tables; the only sheet may be called anything if the workbook is."""
    called = [sheet for sheet in sheets if table_of(sheet_file(sheet).lower())]
    if called:
        return _named(name, called)
    stem = PurePosixPath(name).name.split(".")[0]
    if len(sheets) == 1 and table_of(name.lower()):
        return {sheets[0]: stem}
    raise LandingError(
        f"{name} has no sheet that is called after a table of the contract. It has: {', '.join(sheets)}.",
        "Rename the sheets, such as orders and customers, or describe the workbook in a source of your own "
        "(docs/adding-a-source.md).",
    )


def _named(name: str, sheets: Iterable[str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for sheet in dict.fromkeys(sheets):
        stem = sheet_file(sheet)
        if not stem or stem.lower() in {one.lower() for one in named.values()}:
            raise LandingError(
                f"{name}: the sheet {sheet!r} cannot be told from another by letters and digits.", "Rename the sheet."
            )
        named[sheet] = stem
    return named
