"""Pseudonyms: what stands for ids in the published tables where the setting asks for it.

An id is replaced by a keyed hash, the same one in every table and version, so that tables still join. Whoever has the
build file can look it up (`pii.published_ids`); whoever has only the published tables cannot tell whose it is.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

import duckdb

from warehouse.base.errors import SettingsError
from warehouse.base.settings import PSEUDONYMOUS, Settings
from warehouse.base.transactions import transaction
from warehouse.privacy.secret import hash_parameters, keyed_hash, privacy_secret, salted_hash_sql
from warehouse.tables.own_tables import create_own_tables

# Ids of orders and contracts are made from the customer's id in some sources.
_ID_COLUMN = re.compile(r"(^|_)(customer|subscription|order|order_item|subject)_id(_left|_right)?$")
# Texts in which ids are quoted, or may be.
_QUOTING_COLUMNS = {
    ("quality", "quarantined_rows"): ("reason", "record_key"),
    ("quality", "failing_rows"): ("row_content",),
    ("quality", "validation_results"): ("observed_value",),
    ("marts", "audience_overview"): ("condition", "reason"),
    ("scores", "anomalies"): ("state_reason", "state_decided_by"),
}
_LENGTH = 24


@dataclass(frozen=True)
class Pseudonyms:
    """How the ids of a source are replaced."""

    source: str
    secret: bytes

    @property
    def salt(self) -> str:
        """What stands before an id when it is hashed: other than for the list of erased people."""
        return f"published\x1f{self.source}\x1f"

    def of(self, identifier: str) -> str:
        """The pseudonym of an id."""
        return "p" + keyed_hash(self.secret, self.salt + identifier)[:_LENGTH]

    def sql(self, column: str) -> str:
        """SQL of the same, with `parameters` bound; null stays null."""
        return f"case when {column} is not null then 'p' || left({salted_hash_sql(column)}, {_LENGTH}) end"

    def parameters(self) -> dict[str, str | bytes]:
        """What the SQL needs."""
        return {"salt": self.salt, **hash_parameters(self.secret)}

    def replacement(self, schema: str, table: str, columns: list[str]) -> str:
        """`replace (…)` of a SELECT over the text columns of a table; empty where nothing is to be replaced."""
        ids = [f'{self.sql(name)} as "{name}"' for name in columns if _ID_COLUMN.search(name)]
        quoting = [f"'(withheld)' as {name}" for name in _QUOTING_COLUMNS.get((schema, table), ())]
        return f"replace ({', '.join(ids + quoting)})" if ids or quoting else ""


def pseudonyms(settings: Settings, source: str) -> Pseudonyms | None:
    """How ids are published; None where they are published as they are.

    Raises
    ------
    SettingsError
        If they are to be replaced and the environment has no secret: one that lies beside the data protects nothing.
    """
    if settings.published_ids != PSEUDONYMOUS:
        return None
    if not os.environ.get("CLIENTELE_PRIVACY_SECRET"):
        raise SettingsError(
            "CLIENTELE_PUBLISHED_IDS is pseudonymous, and CLIENTELE_PRIVACY_SECRET is not set.",
            "Set it, from where secrets are kept; make one with: openssl rand -hex 32",
        )
    return Pseudonyms(source, privacy_secret(settings))


def write_published_ids(connection: duckdb.DuckDBPyConnection, names: Pseudonyms) -> None:
    """Keep the map from pseudonym to id in the build file, in the schema of personal data."""
    create_own_tables(connection, "pii")
    with transaction(connection):
        connection.execute("delete from pii.published_ids")
        connection.execute(
            "insert into pii.published_ids (customer_id, published_id) "
            f"select customer_id, {names.sql('customer_id')} from marts.dim_customers order by customer_id",
            names.parameters(),
        )
