"""Sources: folders that say how a foreign format becomes the data contract. Copy one to add your own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from warehouse.contract import load_contract
from warehouse.errors import SourceError
from warehouse.settings import Settings, checked_source_name

# Raised whenever our own code comes to read the same file otherwise, so that what an earlier release loaded is read
# again. 2: offsets of time stamps are taken into account.
READING_RULES_VERSION = "2"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileKind(_Frozen):
    """One kind of foreign file and what its rows become."""

    pattern: str
    format: Literal["csv", "parquet", "lines"]
    rows_are: str  # one row of the file is one row of this contract table
    also_give: tuple[str, ...] = ()  # contract tables computed from the accepted rows
    columns: tuple[str, ...] = ()  # must be in the file
    optional_columns: tuple[str, ...] = ()  # null where the file lacks them
    customer_id_sql: str | None = None  # SQL over `landed`: whose row it is, as in the contract; for erasing a person
    guest_column: str | None = None  # emptied when a person is erased; without it the row is taken out
    # A full export replaces: what files of this kind gave before and the newest hand-in lacks is gone.
    export: Literal["changes", "full"] = "changes"


class Source(_Frozen):
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
    ignore: tuple[str, ...] = ()  # patterns of files that are left alone
    newest_by: dict[str, str] = {}  # table: column of the file that orders several states of one key in one file
    missing_tokens: tuple[str, ...] = ()  # further texts that are no value
    spellings: dict[str, dict[str, str]] = {}  # contract column: {as this source writes it: as the contract says}
    time_zone: str | None = None  # of the shop's days, such as Europe/Berlin; None: the setting
    reporting_currency: str | None = None  # amounts in others are converted; None: the currency of most orders
    amounts_from: Literal["lines", "heads"] = "lines"  # which of the two counts where they disagree

    def mapping_sql(self, table: str) -> str:
        """The SELECT that gives a contract table."""
        path = self.folder / f"{table}.sql"
        if not path.exists():
            raise SourceError(f"Source {self.name!r} has no {table}.sql.", f"Add the SELECT to {self.folder.name}/.")
        return path.read_text(encoding="utf-8").rstrip().rstrip(";")

    def fingerprint(self) -> bytes:
        """What decides, besides the file itself, how a file is read."""
        # Where the customer stands decides nothing about how rows are read.
        left_out = {"folder": True, "files": {"__all__": {"customer_id_sql", "guest_column"}}}
        parts = [self.model_dump_json(exclude=left_out)]
        parts += [path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.sql"))]
        parts += [load_contract().model_dump_json(), READING_RULES_VERSION]
        return "\x1f".join(parts).encode()


def source_names(settings: Settings) -> list[str]:
    """Names of all source folders, in alphabetical order."""
    return sorted(path.parent.name for path in settings.sources_folder.glob("*/source.yml"))


def load_source(settings: Settings, name: str) -> Source:
    """Read and check a source folder.

    Raises
    ------
    SourceError
        If there is no such folder or its source.yml is wrong; says which line of it.
    """
    folder = settings.sources_folder / checked_source_name(name)
    description = folder / "source.yml"
    if not description.exists():
        raise SourceError(
            f"There is no source {name!r}.",
            f"Known sources: {', '.join(source_names(settings))}. To add one, see docs/adding-a-source.md.",
        )
    try:
        content = yaml.safe_load(description.read_text(encoding="utf-8"))
        source = Source(name=name, folder=folder, **content)
    except (ValidationError, TypeError, yaml.YAMLError) as error:
        raise SourceError(f"{name}/source.yml: {error}", "Compare it with the other sources' source.yml.") from error
    _check_tables(source)
    return source


def _check_tables(source: Source) -> None:
    known = load_contract().tables
    for kind in source.files:
        for table in (kind.rows_are, *kind.also_give):
            if table not in known:
                raise SourceError(
                    f"{source.name}/source.yml names the table {table!r}, which the data contract does not have.",
                    f"Use one of {', '.join(known)}.",
                )
            source.mapping_sql(table)
    if source.form == "mapped" and not source.files:
        raise SourceError(f"{source.name}/source.yml maps no files.", "Add a `files:` list.")
