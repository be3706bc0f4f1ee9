"""The data contract, read from contract.yml: which tables and columns raw has and what they must hold."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from warehouse.base.declarations import Frozen, read_declaration

ColumnType = Literal["text", "integer", "quantity", "amount", "price", "rate", "boolean", "date", "timestamp"]

CONTRACT_FILE = Path(__file__).with_name("contract.yml")

SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    # As precise as files have them; quantity × price, and amount × rate, just fit into DuckDB's 38 digits.
    "quantity": "DECIMAL(18,6)",
    "amount": "DECIMAL(22,10)",
    "price": "DECIMAL(20,10)",
    "rate": "DECIMAL(16,10)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


class Column(Frozen):
    """One column of a contract table."""

    type: ColumnType
    description: str
    required: bool = False
    default: str | None = None
    allowed: tuple[str, ...] = ()
    min: float | str | None = None
    max: float | str | None = None
    unreadable: Literal["empty", "quarantine"] = "empty"
    said_by: str | None = None
    personal: bool = False

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]

    @property
    def precision(self) -> int | None:
        """How many digits are kept; None where the type is not decimal."""
        return self._decimal[0] if self._decimal else None

    @property
    def scale(self) -> int | None:
        """How many decimals are kept; None where the type is not decimal."""
        return self._decimal[1] if self._decimal else None

    @property
    def _decimal(self) -> tuple[int, int] | None:
        if not self.sql_type.startswith("DECIMAL"):
            return None
        precision, scale = self.sql_type.removeprefix("DECIMAL(").rstrip(")").split(",")
        return int(precision), int(scale)

    @property
    def limit(self) -> int | None:
        """What a number must stay below to be stored; None where the type is no number."""
        if self.type == "integer":
            return 2**31
        if self.precision is None or self.scale is None:
            return None
        return 10 ** (self.precision - self.scale)


class Table(Frozen):
    """One canonical raw table."""

    description: str
    key: tuple[str, ...]
    # What stays as it is where a row is corrected: another value says that the key is used again for something else.
    steady_columns: tuple[str, ...] = ()
    columns: dict[str, Column]
    event_time: str | None = None
    multiplied: tuple[str, ...] = ()

    def is_id(self, column: str) -> bool:
        """Whether the values of a column identify something: compared as texts, never computed with."""
        return self.columns[column].type == "text" and (column in self.key or column.endswith(("_id", "_code")))


class Contract(Frozen):
    """All canonical raw tables, what counts as a missing value, and the words that are understood."""

    missing_tokens: tuple[str, ...]
    missing_tokens_not_text: tuple[str, ...]
    true_words: tuple[str, ...]
    false_words: tuple[str, ...]
    spellings: dict[str, dict[str, str]]  # column: {word: what the contract says}
    compulsory_one_of: tuple[str, ...]
    tables: dict[str, Table]


@cache
def load_contract(path: Path = CONTRACT_FILE) -> Contract:
    """Read and check the contract file."""
    return read_declaration(Contract, path, "Mend warehouse/tables/contract.yml.")
