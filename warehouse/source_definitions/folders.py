"""Sources: folders that say how a foreign format becomes the data contract. Copy one to add your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from warehouse.base.declarations import Frozen
from warehouse.base.errors import SourceError
from warehouse.base.settings import CHECKOUT, Settings, checked_source_name
from warehouse.base.yaml_texts import read_texts
from warehouse.source_definitions.checks import check_order, check_tables, check_values, explained
from warehouse.source_definitions.place import Fetch, Place, check_places
from warehouse.source_definitions.select_reads import load_levels
from warehouse.tables.contract import load_contract

SHIPPED_SOURCES = CHECKOUT / "warehouse" / "sources"

# Raised whenever our own code comes to read the same file otherwise, so that what an earlier release loaded is read
# again. 2: offsets of time stamps are taken into account. 3: columns are looked at as a whole; blank cells are null in
# SELECTs, and what is computed from accepted rows is computed from those of all files.
READING_RULES_VERSION = "3"


class FileKind(Frozen):
    """One kind of foreign file and what its rows become."""

    pattern: str  # of the file's name, or with a slash of its path below the source's landing folder; in any case
    # The last three become Parquet, all columns text, as they are handed in (`warehouse.unpacking`).
    format: Literal["csv", "parquet", "lines", "excel", "json", "fixed_width"]
    sheet: str = ""  # excel: name or pattern of the sheets; empty: the only one
    records: str = ""  # json: the member that holds the list of records; empty: the document itself is the list
    positions: Annotated[  # fixed_width: column: "first-last character", from 1
        tuple[tuple[str, str], ...],
        BeforeValidator(lambda given: tuple(given.items()) if type(given) is dict else given),
    ] = ()
    rows_are: str  # one row of the file is one row of this contract table
    also_give: tuple[str, ...] = ()  # contract tables computed from the accepted rows
    columns: tuple[str, ...] = ()  # must be in the file
    optional_columns: tuple[str, ...] = ()  # null where the file lacks them
    customer_id_sql: str | None = None  # SQL over `landed`: whose row it is, as in the contract; for erasing a person
    guest_column: str | None = None  # emptied when a person is erased; without it the row is taken out
    # A full export replaces: what files of this kind gave before and the newest hand-in lacks is gone.
    export: Literal["changes", "full"] = "changes"

    @property
    def is_unpacked(self) -> bool:
        """Whether such files become Parquet as they are handed in."""
        return self.format in ("excel", "json", "fixed_width")

    @property
    def is_parquet(self) -> bool:
        """Whether what stands in the landing folder is Parquet."""
        return self.format == "parquet" or self.is_unpacked


class Source(Frozen):
    """One source folder.

    ``form: contract`` files carry the names and columns of contract tables; ``form: mapped`` files go through
    the folder's ``<table>.sql``, which select from the relation ``landed`` (all columns as text, plus
    ``_row_number``) or, for the tables under ``also_give``, from ``accepted`` (the rows that were not refused, with
    the contract row each became as ``contract_row``).
    """

    name: str
    folder: Path
    description: str
    form: Literal["contract", "mapped"]
    generator: str | None = None
    files: tuple[FileKind, ...] = ()
    ignore: tuple[str, ...] = ()  # patterns, as above, of files that are left alone
    full: tuple[str, ...] = ()  # form contract: tables whose files are full exports
    # Table: column of the file that orders several states of one key in one file.
    newest_by: dict[str, str] = Field(default_factory=dict)
    missing_tokens: tuple[str, ...] = ()  # further texts that are no value
    # Contract column: {as this source writes it: as the contract says}.
    spellings: dict[str, dict[str, str]] = Field(default_factory=dict)
    time_zone: str = "UTC"  # of the shop's days, such as Europe/Berlin; where it names none, the setting
    reporting_currency: str | None = None  # amounts in others are converted; None: the currency of most orders
    amounts_from: Literal["lines", "heads"] = "lines"  # which of the two counts where they disagree
    contract_attributes: tuple[str, ...] = ()  # keys of subscriptions.attributes that may be shown: no free text
    personal_features: tuple[str, ...] = ()  # traits of a person that models may use all the same
    places: dict[str, Place] = Field(default_factory=dict)  # where files are fetched from, beside what is handed in

    def mapping_sql(self, table: str) -> str:
        """The SELECT that gives a contract table; SourceError if the folder has none."""
        path = self.folder / f"{table}.sql"
        if not path.exists():
            raise SourceError(f"Source {self.name!r} has no {table}.sql.", f"Add the SELECT to {self.folder.name}/.")
        return path.read_text(encoding="utf-8").rstrip().rstrip(";")

    def full_kind(self, kind: FileKind) -> str:
        """What names the exports that replace each other as a whole, if files of this kind are such; else nothing."""
        if self.form == "contract":
            return kind.rows_are if kind.rows_are in self.full else ""
        return kind.pattern if kind.export == "full" else ""

    def fingerprint(self) -> bytes:
        """What decides, besides the file itself, how a file is read."""
        # Where the customer stands, what is shown or used of them, and how files are taken apart before they are
        # landed, decides nothing about how rows are read.
        of_files = {"__all__": {"customer_id_sql", "guest_column", "sheet", "records", "positions"}}
        left_out = {
            "folder": True,
            "places": True,
            "contract_attributes": True,
            "personal_features": True,
            "files": of_files,
        }
        parts = [self.model_dump_json(exclude=left_out)]
        parts += [path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.sql"))]
        parts += [load_contract().model_dump_json(), READING_RULES_VERSION]
        return "\x1f".join(parts).encode()


def source_names(settings: Settings) -> list[str]:
    """Names of all source folders, shipped ones and one's own, in alphabetical order."""
    names = {path.parent.name for folder in _folders(settings) for path in folder.glob("*/source.yml")}
    return sorted(names)


def load_source(settings: Settings, name: str) -> Source:
    """Read and check a source folder. One's own takes the place of a shipped one of the same name.

    Raises
    ------
    SourceError
        If there is no such folder or its source.yml is wrong; says which line of it, and what is allowed.
    """
    checked_source_name(name)
    folder = next((folder / name for folder in _folders(settings) if (folder / name / "source.yml").exists()), None)
    if folder is None:
        raise _unknown(settings, name)
    file = f"{name}/source.yml"
    texts, lines = read_texts(folder / "source.yml", file)
    for field in texts.keys() & {"name", "folder"}:
        raise SourceError(f"{file}, line {lines[(field,)]}: the folder says the {field}.", "Take the line out.")
    try:
        source = Source.model_validate({"time_zone": settings.time_zone, **texts, "name": name, "folder": folder})
    except ValidationError as error:
        raise explained(file, error, lines, Source, FileKind, Place, Fetch) from error
    if source.generator and not is_shipped(source):
        raise SourceError(
            f"{file}, line {lines[('generator',)]}: only shipped sources have a generator.", "Take the line out."
        )
    check_tables(source, file, lines)
    load_levels(source)  # says what is wrong with reading each other
    check_order(source, file, lines)
    check_values(source, file, lines)
    check_places(source, file, lines)
    return source


def is_shipped(source: Source) -> bool:
    """Whether the source is part of the checkout."""
    return source.folder.parent == SHIPPED_SOURCES


def replaces_shipped(source: Source) -> bool:
    """Whether the source is one's own and a shipped one has the same name."""
    return not is_shipped(source) and (SHIPPED_SOURCES / source.name / "source.yml").exists()


def _folders(settings: Settings) -> list[Path]:
    """Where sources are; the first that has a name decides."""
    own = settings.own_sources_folder
    return [SHIPPED_SOURCES] if own == SHIPPED_SOURCES else [own, SHIPPED_SOURCES]


def _unknown(settings: Settings, name: str) -> SourceError:
    own = settings.sources_folder
    where = f" CLIENTELE_SOURCES_FOLDER ({own}) is no folder." if own and not own.is_dir() else ""
    return SourceError(
        f"There is no source {name!r}.{where}",
        f"Known sources: {', '.join(source_names(settings))}. To add one, see docs/adding-a-source.md.",
    )
