"""Who was erased: keyed hashes of their ids, so that an old export does not bring them back.

The list lies in the home beside the secret and not in the build file: it outlives a build file that is started over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from warehouse.base.durable_files import write_text_durably
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings, checked_source_name
from warehouse.privacy.secret import (
    hash_parameters,
    keyed_hash,
    privacy_folder,
    privacy_secret,
    private_folder,
    salted_hash_sql,
)

_CHECK = "check "
# What is hashed, but for ids of customers: ids of orders that hold one, and addresses, numbers and names.
Kind = Literal["", "order\x1f", "value\x1f"]
ORDER: Kind = "order\x1f"
VALUE: Kind = "value\x1f"


@dataclass(frozen=True)
class Suppressed:
    """The erased people of one source."""

    source: str
    secret: bytes
    hashes: frozenset[str]

    def hash_of(self, text: str, kind: Kind = "") -> str:
        """The hash of a customer's id, or of another kind; equal ones of two sources have different ones."""
        return keyed_hash(self.secret, f"{self.salt}{kind}{text}")

    @property
    def salt(self) -> str:
        """What stands before an id when it is hashed."""
        return f"{self.source}\x1f"

    def holds(self, text: str, kind: Kind = "") -> bool:
        """Whether the list holds the id of a customer, or a text of another kind."""
        return self.hash_of(text, kind) in self.hashes

    def holds_sql(self, customer_id: str) -> str:
        """SQL of the same, with `parameters` bound."""
        return f"list_contains($hashes, {salted_hash_sql(customer_id)})"

    def parameters(self) -> dict[str, Any]:
        """What the SQL needs."""
        return {"hashes": sorted(self.hashes), "salt": self.salt, **hash_parameters(self.secret)}


def read_suppressed(settings: Settings, source: str) -> Suppressed | None:
    """Return the erased people of a source; None where nobody was.

    Raises
    ------
    SettingsError
        If the list was written with another secret: it would let everybody through.
    """
    path = _path(settings, source)
    if not path.exists():
        return None
    check, *hashes = path.read_text(encoding="ascii").split("\n")
    secret = privacy_secret(settings)
    if check != _check_of(secret):
        raise SettingsError(
            f"{path} was written with another secret than the one set: nobody on it could be recognised.",
            "Set CLIENTELE_PRIVACY_SECRET to the former one, or put back privacy/secret in the home.",
        )
    return Suppressed(source, secret, frozenset(filter(None, hashes)))


def suppress(
    settings: Settings,
    source: str,
    customer_ids: Iterable[str],
    *,
    order_ids: Iterable[str] = (),
    values: Iterable[str] = (),
) -> Suppressed:
    """Put ids on the list, durably; what stands on it stays.

    Parameters
    ----------
    order_ids
        Ids of orders in which an id of the person stands.
    values
        Further texts of the person, as `warehouse.privacy.naming.core_of` gives them.
    """
    known = read_suppressed(settings, source) or Suppressed(source, privacy_secret(settings), frozenset())
    hashes = known.hashes | {known.hash_of(one) for one in customer_ids}
    hashes |= {known.hash_of(one, ORDER) for one in order_ids} | {known.hash_of(one, VALUE) for one in values}
    if hashes == known.hashes and _path(settings, source).exists():
        return known
    private_folder(privacy_folder(settings))
    lines = [_check_of(known.secret), *sorted(hashes)]
    write_text_durably(_path(settings, source), "\n".join(lines) + "\n")
    return Suppressed(source, known.secret, hashes)


def _check_of(secret: bytes) -> str:
    return _CHECK + keyed_hash(secret, "check")


def _path(settings: Settings, source: str):
    return privacy_folder(settings) / f"erased_{checked_source_name(source)}.txt"
