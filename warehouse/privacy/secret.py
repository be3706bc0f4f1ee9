"""The secret of the keyed hashes: from the environment, or made once and kept in the home."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from warehouse.base.durable_files import write_secret
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings

_BLOCK_BYTES = 64  # of SHA-256
_SHORTEST_CHARACTERS = 32


def privacy_folder(settings: Settings) -> Path:
    """Where the secret and the lists of erased people lie; only the owner may look into it."""
    return settings.home / "privacy"


def privacy_secret(settings: Settings) -> bytes:
    """The secret: ``CLIENTELE_PRIVACY_SECRET``, or the one in the home, made when it is first needed.

    Raises
    ------
    SettingsError
        If the one in the environment is too short to be one, or the one in the home is damaged.
    """
    given = os.environ.get("CLIENTELE_PRIVACY_SECRET", "")
    if given:
        if len(given) < _SHORTEST_CHARACTERS:
            raise SettingsError(
                f"CLIENTELE_PRIVACY_SECRET is shorter than {_SHORTEST_CHARACTERS} characters.",
                "Make one with: openssl rand -hex 32",
            )
        return given.encode()
    path = privacy_folder(settings) / "secret"
    if not path.exists():
        private_folder(path.parent)
        write_secret(path, secrets.token_hex(32) + "\n")
    secret = path.read_bytes().strip()
    if len(secret) < _SHORTEST_CHARACTERS:
        raise SettingsError(
            f"{path} is damaged: it holds {len(secret)} characters, and a secret has at least {_SHORTEST_CHARACTERS}.",
            "Put it back from a backup: by another secret erased people and pseudonyms are not known again. Where "
            "nobody was erased and nothing was published under pseudonyms, remove it, and a new one is made.",
        )
    return secret


def keyed_hash(secret: bytes, text: str) -> str:
    """HMAC-SHA256 (RFC 2104) of a text, in hexadecimal digits."""
    return hmac.new(secret, text.encode(), "sha256").hexdigest()


def keyed_hash_sql(expression: str) -> str:
    """SQL of the same; its bound parameters are those of `hash_parameters`. Null stays null."""
    return f"sha256($outer_key::blob || unhex(sha256($inner_key::blob || encode({expression}))))"


def salted_hash_sql(expression: str) -> str:
    """SQL of the hash of an id behind a salt (`$salt`), as `Suppressed` and `Pseudonyms` have it."""
    return keyed_hash_sql(f"concat($salt::varchar, {expression})")


def hash_parameters(secret: bytes) -> dict[str, bytes]:
    """What `keyed_hash_sql` needs: the two keys that RFC 2104 derives from the secret."""
    key = secret if len(secret) <= _BLOCK_BYTES else hashlib.sha256(secret).digest()
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    return {
        "inner_key": bytes(byte ^ 0x36 for byte in padded),
        "outer_key": bytes(byte ^ 0x5C for byte in padded),
    }


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner may look into."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder
