"""Logs, pages and reports: texts that should hold nothing of a person, and what is done where one does."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from html import escape
from json import dumps
from pathlib import Path

from warehouse.base.durable_files import write_durably, write_text_durably
from warehouse.base.settings import Settings
from warehouse.privacy.subject import Subject

_TEXT_SUFFIXES = (".log", ".txt", ".json", ".jsonl", ".html", ".md", ".csv", ".yml", ".yaml", ".sql", ".out", ".err")
_REDACTED = b"[erased]"
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")


def byte_pattern(subject: Subject) -> re.Pattern[bytes] | None:
    """What tells of the person, as bytes in every way in which it may be written; None where nothing can."""
    parts = [_word(one) for one in subject.words]
    parts += sorted(map(re.escape, _written(subject)), key=len, reverse=True)
    return re.compile(b"|".join(parts), re.IGNORECASE) if parts else None


def byte_counter(subject: Subject, longer_than: int = 0) -> Callable[[bytes], int]:
    """Counts what `byte_pattern` finds; by plain search, which is far quicker than a pattern of many branches.

    Parameters
    ----------
    longer_than
        Ids of no more bytes are left out.
    """
    ids = [one for one in subject.words if len(one.encode()) > longer_than]
    words = [(one.lower().encode(), re.compile(_word(one), re.IGNORECASE)) for one in ids]
    # Forms that are the same without zero bytes, as the two of UTF-16 are, are looked for together.
    alike: dict[bytes, list[bytes]] = {}
    for form in {form.lower() for form in _written(subject)}:
        alike.setdefault(_without_zeros(form), []).append(form)

    def count(block: bytes) -> int:
        lowered = block.lower()
        found = sum(len(word.findall(block)) for plain, word in words if plain in lowered)
        shortened = _without_zeros(lowered)
        present = (forms for plain, forms in alike.items() if plain in shortened)
        return found + sum(lowered.count(form) for forms in present for form in forms)

    return count


def _without_zeros(text: bytes) -> bytes:
    return text.replace(b"\0", b"")


def _word(customer_id: str) -> bytes:
    return rb"(?<![0-9A-Za-z])" + re.escape(customer_id.encode()) + rb"(?![0-9A-Za-z])"


def _written(subject: Subject) -> set[bytes]:
    written: set[bytes] = set()
    for value in subject.values:
        for form in {value, value.upper(), value.title(), escape(value), dumps(value)[1:-1]}:
            written |= {form.encode(encoding) for encoding in _ENCODINGS if _fits(form, encoding)}
    return written


def redact_texts(settings: Settings, subject: Subject) -> int:
    """Redact the person in text files of the home that are neither landed nor published; the number of files."""
    pattern = byte_pattern(subject)
    if pattern is None:
        return 0
    occurrences = byte_counter(subject)
    count = 0
    for path in list(_texts(settings, subject.source)):
        content = path.read_bytes()
        if occurrences(content):
            write_durably(path, pattern.sub(_REDACTED, content))
            count += 1
    return count


def erase_truth(settings: Settings, subject: Subject) -> int:
    """Take the person's rows out of what is known of a generated source; the number of rows."""
    count = 0
    for path in sorted((settings.truth_folder / subject.source).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        if not rows or "customer_id" not in rows[0]:
            continue
        columns = [at for at, name in enumerate(rows[0]) if name.endswith("customer_id")]
        kept = [row for row in rows[1:] if not any(row[at] in subject.ids for at in columns)]
        if len(kept) == len(rows) - 1:
            continue
        count += len(rows) - 1 - len(kept)
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator="\n").writerows([rows[0], *kept])
        write_text_durably(path, written.getvalue())
    return count


def _texts(settings: Settings, source: str) -> Iterator[Path]:
    others = {
        path for path in settings.audience_exports_folder.glob("*") if path.name != source
    }  # their ids are others
    left_out = {settings.landing_folder, settings.published_folder, settings.truth_folder, settings.warehouse_folder}
    left_out.add(settings.home / "privacy")
    for folder in settings.home.iterdir() if settings.home.is_dir() else ():
        if folder.is_dir() and folder not in left_out:
            yield from (
                path
                for path in folder.rglob("*")
                if path.suffix.lower() in _TEXT_SUFFIXES
                and path.is_file()
                and not path.is_symlink()
                and others.isdisjoint(path.parents)
            )


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
