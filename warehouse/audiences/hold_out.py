"""Who is held out: drawn once for each audience and customer, by a keyed hash, and the same ever after.

A customer is held out whose draw lies below the audience's share. So nobody moves when the condition changes, when
others come or go, or with the order of anything; where the share grows, those held out before stay held out. Draws of
two audiences say nothing of each other. After a merge of accounts the draw of the id that stays counts.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from duckdb import DuckDBPyConnection

from warehouse.base.durable_files import write_secret
from warehouse.base.errors import AudienceError
from warehouse.base.settings import Settings
from warehouse.privacy.secret import hash_parameters, keyed_hash, private_folder, salted_hash_sql

_DIGITS = 13  # hexadecimal: the 52 bits that a double holds exactly
_TABLE = "state.hold_out_salt"


def draw(salt: str, audience: str, customer_id: str) -> float:
    """The draw of a customer for an audience, uniform from 0 to below 1."""
    return int(keyed_hash(salt.encode(), f"{audience}\x1f{customer_id}")[:_DIGITS], 16) / 16**_DIGITS


def draw_sql(customer_id: str) -> str:
    """SQL of the same, with `draw_parameters` bound."""
    return f"(('0x' || left({salted_hash_sql(customer_id)}, {_DIGITS}))::bigint / {16**_DIGITS}.0::double)"


def draw_parameters(salt: str, audience: str) -> dict[str, str | bytes]:
    """What `draw_sql` needs."""
    return {"salt": f"{audience}\x1f", **hash_parameters(salt.encode())}


def hold_out_salt(settings: Settings, source: str, connection: DuckDBPyConnection) -> str:
    """The salt of a source's draws, made when it is first needed.

    It is kept twice, in the build file and beside the exports: either may be lost and made anew without the other, and
    the draws stay.

    Raises
    ------
    AudienceError
        If both are there and differ.
    """
    connection.execute("create schema if not exists state")
    connection.execute(f"create table if not exists {_TABLE} (salt varchar not null)")
    kept = connection.execute(f"select salt from {_TABLE}").fetchone()
    path = salt_file(settings, source)
    beside = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    if kept and beside and kept[0] != beside:
        raise AudienceError(
            f"The salt of the hold-outs in {path} is another than the one in {settings.build_file(source).name}.",
            f"Remove {path.name} where the build file is the older one; else put both back from one backup. By another "
            "salt, others would be held out, and no effect could be measured.",
        )
    salt = kept[0] if kept else beside or secrets.token_hex(32)
    if not beside:
        private_folder(path.parent)
        write_secret(path, f"{salt}\n")
    if not kept:
        connection.execute(f"insert into {_TABLE} values (?)", [salt])
    return salt


def salt_file(settings: Settings, source: str) -> Path:
    """Where the copy beside the exports lies."""
    return settings.audience_exports_folder / source / ".hold_out_salt"
