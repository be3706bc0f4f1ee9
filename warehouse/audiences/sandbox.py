"""Where conditions are run: on a copy of the columns of customer_360 that they name, with nothing else in reach.

Files, other databases, extensions and settings are out of reach of the connection (DuckDB's `enable_external_access`
and `lock_configuration`), and so is everything else in the build file: personal data, above all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.audiences.condition import Query
from warehouse.base.connections import attach_read_only, one_row
from warehouse.base.errors import AudienceError
from warehouse.base.rows import column_types
from warehouse.base.sql_text import quoted

LONGEST_SECONDS = 60.0
_WHAT_THERE_IS = "docs/data-dictionary.md lists the columns of customer_360; a condition reads nothing else."
_ALWAYS = ("customer_id", "as_of_date")
_LOCKED = (
    "set enable_external_access = false",
    "set python_enable_replacements = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set lock_configuration = true",
)
# Errors whose text is about the condition; that of others may quote a customer's value.
_ABOUT_THE_SQL = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.SyntaxException,
)


@dataclass(frozen=True)
class Sandbox:
    """The copy, in a connection of its own."""

    connection: duckdb.DuckDBPyConnection
    columns: tuple[str, ...]  # all of customer_360, copied or not

    def matched(self, query: Query) -> pa.Table:
        """Who matches, in order: `customer_id` and `rank`, from 1.

        Raises
        ------
        AudienceError
            If the condition cannot be run.
        """
        timer = threading.Timer(LONGEST_SECONDS, self.connection.interrupt)
        timer.start()
        try:
            self._refuse_other_than_true_or_false(query)
            found = self.connection.execute(query.sql).to_arrow_table()
        except duckdb.InterruptException:
            raise AudienceError(f"It was not done after {LONGEST_SECONDS:g} s.", "Write a simpler condition.") from None
        except _ABOUT_THE_SQL as error:
            raise self._explained(error, query) from None
        except duckdb.Error as error:
            raise AudienceError(
                f"It fails on a value of some customer ({type(error).__name__}).", "Read values with try_cast(…)."
            ) from None
        finally:
            timer.cancel()
        return found.append_column("rank", pa.array(range(1, len(found) + 1), pa.int64()))

    def refuse_unknown(self, names: Iterable[str]) -> None:
        """Raise AudienceError for a name that is no column of customer_360."""
        unknown = [name for name in names if name not in self.columns]
        if unknown:
            raise self._unknown(unknown)

    def _refuse_other_than_true_or_false(self, query: Query) -> None:
        [(_, kind, *_)] = self.connection.execute(f"describe {query.answer_sql}").fetchall()
        if kind != "BOOLEAN":
            raise AudienceError(f"The condition gives {kind}, not true or false.", "Compare it: net_amount > 100")

    def _explained(self, error: duckdb.Error, query: Query) -> AudienceError:
        words = str(error).splitlines()[0]
        unknown = [name for name in sorted(query.names) if f'"{name}"' in words.lower() and name not in self.columns]
        if unknown:
            return self._unknown(unknown)
        return AudienceError(f"{words.rstrip('.!')}.", _WHAT_THERE_IS)

    def _unknown(self, names: list[str]) -> AudienceError:
        near = [meant for name in names for meant in get_close_matches(name, self.columns, n=1)]
        advice = f"Is {near[0]} meant? " if near else ""
        return AudienceError(f"customer_360 has no column {', '.join(names)}.", f"{advice}{_WHAT_THERE_IS}")


def locked_sandbox(connection: duckdb.DuckDBPyConnection, build_file: Path, names: Iterable[str]) -> Sandbox:
    """Copy the named columns of customer_360 out of a build file, which is only read, and lock the door behind it.

    Parameters
    ----------
    connection
        In memory, and of nobody else.
    """
    attach_read_only(connection, build_file, "build_file")
    columns = tuple(column_types(connection, "build_file.marts.customer_360"))
    wanted = {*_ALWAYS, *(name.lower() for name in names)}
    copied = ", ".join(quoted(name) for name in columns if name in wanted)
    connection.execute(f"create table customer_360 as select {copied} from build_file.marts.customer_360")
    connection.execute("detach build_file")
    for statement in _LOCKED:
        connection.execute(statement)
    return Sandbox(connection, columns)


def built_date(connection: duckdb.DuckDBPyConnection) -> object:
    """The date as of which customer_360 stands; None where it is empty."""
    return one_row(connection, "select max(as_of_date) from marts.customer_360")[0]
