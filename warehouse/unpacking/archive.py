"""The members of a ZIP archive as files, or a refusal in words: nothing is written out of the folder."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath

from warehouse.base.errors import LandingError
from warehouse.files.blocks import refuse_too_large

_MOST_MEMBERS = 10_000
_BLOCK_BYTES = 1 << 20
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


def unpack_archive(path: Path, name: str, folder: Path, limit_bytes: int) -> None:
    """Write the members of an archive below a folder.

    Raises
    ------
    LandingError
        If the archive is damaged, encrypted, larger than the limit once unpacked, or holds a member that is a link, has
        a name that leads out of the folder, or that stands twice.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check(name, members)
            size_bytes = 0
            for member in members:
                size_bytes += _write(archive, member, folder, limit_bytes - size_bytes)
                refuse_too_large(name, size_bytes, limit_bytes)
    except _DAMAGED as error:
        raise LandingError(
            f"{name} cannot be unpacked: {str(error) or type(error).__name__}.",
            "Ask for the archive again, or unpack it and hand in the files; nothing of it was landed.",
        ) from error


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    return PurePosixPath(member.filename).parts


def _check(name: str, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MOST_MEMBERS:
        raise LandingError(
            f"{name} holds {len(members):,} files; {_MOST_MEMBERS:,} is the most that is unpacked.",
            "Unpack it and hand in the folder.",
        )
    for member in members:
        parts = _parts(member)
        shown = f"{name} holds {member.filename!r}"
        if not parts or member.filename.startswith("/") or ".." in parts or "\\" in member.filename or ":" in parts[0]:
            raise LandingError(
                f"{shown}, a name that leads out of its folder.", "Ask who made it; nothing of it was landed."
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise LandingError(f"{shown}, which is a link.", "Pack the file itself; nothing of it was landed.")
        if member.flag_bits & _ENCRYPTED:
            raise LandingError(
                f"{shown}, which is protected by a password.", "Unpack it and hand in the files; nothing was landed."
            )
    counts = Counter(member.filename.lower() for member in members)
    if twice := sorted(one for one, count in counts.items() if count > 1):
        raise LandingError(
            f"{name} holds {twice[0]!r} twice.", "Ask for the archive again: it does not say which of the two counts."
        )


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, left_bytes: int) -> int:
    """Unpack one member; return its size, or so far as it is larger than what is left."""
    target = folder / member.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    size_bytes = 0
    with archive.open(member) as packed, target.open("wb") as file:
        while block := packed.read(_BLOCK_BYTES):
            size_bytes += len(block)
            if size_bytes > left_bytes:
                break
            file.write(block)
    return size_bytes
