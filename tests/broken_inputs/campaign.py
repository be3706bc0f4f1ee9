"""Trying the corpus on the real loader: what each case did that it should not have."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from duckdb import DuckDBPyConnection

from tests.broken_inputs import archives, containers, documents, encodings, paths, shapes, values, workbooks
from tests.broken_inputs.case import Case, order, orders
from tests.broken_inputs.permissions import without_override
from tests.broken_inputs.real_files import real_cases
from warehouse.base.connections import open_build_file
from warehouse.base.errors import LandingError
from warehouse.base.rows import row_counts
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import IngestReport, ingest_source
from warehouse.tables.contract import load_contract

SOURCE = "files"
FORMER_FILE = "orders_former.csv"
GENERATED_CASES = (
    *encodings.CASES,
    *shapes.CASES,
    *values.CASES,
    *containers.CASES,
    *workbooks.CASES,
    *documents.CASES,
    *archives.CASES,
    *paths.CASES,
)
_NAME_IN_MESSAGE = ("link_", "linked_", "folder_", "relative_", "line_end_", "name_not_")  # name another file or folder


@dataclass(frozen=True)
class Campaign:
    """How many broken inputs were tried, and what went wrong with which."""

    tried: int
    violations: dict[str, list[str]]  # by name of the case


@dataclass(frozen=True)
class Former:
    """A home in which one good file has been loaded, and what its build file holds."""

    home: Path
    rows: list[tuple]


def all_cases() -> list[Case]:
    """The generated cases, and those from the real data sets that are present."""
    real_data = Path(os.environ.get("CLIENTELE_REAL_DATA") or CHECKOUT.parent / "shared" / "data")
    return [*GENERATED_CASES, *real_cases(real_data)]


def run_corpus(cases: Iterable[Case] | None = None) -> Campaign:
    """Try every case in a home of its own."""
    tried, violations = 0, {}
    with TemporaryDirectory() as folder:
        former = make_former_home(Path(folder) / "former")
        for case in all_cases() if cases is None else cases:
            found = violations_of(case, former, Path(folder) / "home", twice=True)
            tried += 1
            if found:
                violations[case.name] = found
    return Campaign(tried, violations)


def make_former_home(home: Path) -> Former:
    """Load a good file, with one bad row, in a home of its own."""
    settings = _settings(home)
    folder = settings.landing_of(SOURCE)
    folder.mkdir(parents=True)
    (folder / FORMER_FILE).write_text(orders(order(900, "former"), order(901, "former", at="never")))
    ingest_source(settings, SOURCE)
    with open_build_file(settings, SOURCE, read_only=True) as connection:
        return Former(home, _rows(connection))


def violations_of(case: Case, former: Former, home: Path, *, twice: bool) -> list[str]:
    """What is wrong with the outcome of a case, tried on a copy of the former home; nothing: as expected.

    Parameters
    ----------
    twice
        Whether to load it again, which must change nothing and be refused in the same words.
    """
    shutil.copytree(former.home, home)
    settings = _settings(home, case.unpacked_file_limit_mb)
    try:
        case.put(_given(settings) if case.handed_in else settings.landing_of(SOURCE))
        with open_build_file(settings, SOURCE) as connection:  # beside the loader: opening takes as long as loading
            first = _outcome(case, settings)
            after = _rows(connection)
            if case.refused:
                found = _wrong_refusal(case, first, after == former.rows)
            else:
                found = [*_wrong_load(case, first), *_wrong_rows(case, connection)]
            if not set(former.rows) <= set(after):
                found.append("former rows are gone")
            return [*found, *(_wrong_again(case, settings, first, after, connection) if twice else ())]
    except Exception as error:  # whatever it is, it must not end the campaign
        return [f"{type(error).__name__}: {error}"]
    finally:
        _remove(home)


def _wrong_again(
    case: Case,
    settings: Settings,
    first: IngestReport | LandingError,
    after: list[tuple],
    connection: DuckDBPyConnection,
) -> Iterator[str]:
    second = _outcome(case, settings)
    if _rows(connection) != after:
        yield "loading the same again changed something"
    if case.refused and str(second) != str(first):
        yield f"the second refusal was another one: {second}"


def _settings(home: Path, limit_mb: int = 100) -> Settings:
    return Settings(home=home, memory_limit="500MB", threads=1, unpacked_file_limit_mb=limit_mb)


def _given(settings: Settings) -> Path:
    return settings.home / "given"


def _outcome(case: Case, settings: Settings) -> IngestReport | LandingError:
    """The report or the refusal; any other exception is a violation."""
    try:
        with without_override():
            if case.handed_in:
                land_input(settings, SOURCE, _given(settings))
            return ingest_source(settings, SOURCE)
    except LandingError as refusal:
        return refusal


def _rows(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Every row of raw, of the quarantine and of the list of loads, each with its table."""
    tables = [f"raw.{name}" for name in load_contract().tables]
    tables += ["quality.quarantined_rows", "quality.file_loads"]
    filled = [name for name, count in row_counts(connection, tables).items() if count]
    return [(name, *row) for name in filled for row in connection.execute(f"from {name} order by all").fetchall()]


def _wrong_refusal(case: Case, outcome: IngestReport | LandingError, is_unchanged: bool) -> list[str]:
    if isinstance(outcome, IngestReport):
        return [f"it was loaded: {list(outcome.lines())}"]
    found = []
    if case.refused not in outcome.message:
        found.append(f"the message says something else: {outcome.message}")
    if not case.name.startswith(_NAME_IN_MESSAGE) and case.place is None and case.file_name not in outcome.message:
        found.append(f"the message does not name the file: {outcome.message}")
    if not outcome.what_to_do:
        found.append("the message does not say what to do")
    if "\n" in outcome.message or len(outcome.message) > 1000:
        found.append(f"the message is not for people: {outcome.message[:1000]}")
    if not is_unchanged:
        found.append("something of a refused file was loaded")
    return found


def _wrong_load(case: Case, outcome: IngestReport | LandingError) -> list[str]:
    if isinstance(outcome, LandingError):
        return [f"it was refused: {outcome.message}"]
    counts = [
        (load.rows_loaded, load.rows_quarantined, load.rows_already_loaded, load.rows_read) for load in outcome.loads
    ]
    loaded, quarantined, known, read = (sum(column) for column in zip(*counts, strict=True)) if counts else (0,) * 4
    found = []
    if (loaded, quarantined, known) != (case.loaded, case.quarantined, case.known):
        found.append(f"loaded, quarantined, known are {loaded}, {quarantined}, {known}")
    if read != loaded + quarantined + known:
        found.append(f"{read} rows read are not {loaded} + {quarantined} + {known}")
    return found


def _wrong_rows(case: Case, connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = []
    table = next((name for name in ("order_items", "customers") if name in case.file_name), "orders")
    quarantined = "select reason from quality.quarantined_rows where file_name <> ?"
    reasons = [reason for (reason,) in connection.execute(quarantined, [FORMER_FILE]).fetchall()]
    if len(reasons) != case.quarantined:
        found.append(f"{len(reasons)} rows stand in quarantine")
    loaded = f"select count(*) from raw.{table} where _file_name <> ?"
    [(in_raw,)] = connection.execute(loaded, [FORMER_FILE]).fetchall()
    if in_raw != case.loaded:
        found.append(f"{in_raw} rows stand in raw.{table}")
    if case.holds:
        columns, expected = case.holds
        held = connection.execute(
            f"select {columns} from raw.{table} where _file_name = ? order by _row_number",
            [case.landed_name or case.file_name],
        ).fetchall()
        if held != expected:
            found.append(f"raw holds {held}")
    found += [
        f"no row is quarantined because of {words!r}: {reasons}" for words in case.reasons if not _in(words, reasons)
    ]
    return found


def _in(words: str, reasons: list[str]) -> bool:
    return any(words in reason for reason in reasons)


def _remove(home: Path) -> None:
    """Remove a home, folders without permission included."""
    for parent, folders, _ in os.walk(home):
        for name in folders:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(home)
