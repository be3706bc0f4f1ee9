"""A file's content, and the way in which it is read, as a short name: its SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from warehouse.base.errors import LandingError

_CHUNK_BYTES = 1 << 20


def reading_sha256(salt: bytes, content_sha256: str) -> str:
    """A content and what decides how it is read, as one name."""
    return hashlib.sha256(salt + content_sha256.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes; LandingError if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise LandingError(
            f"{path.name} cannot be read: {error.strerror}.", "Check the permissions of the file and its folder."
        ) from error
    return digest.hexdigest()
