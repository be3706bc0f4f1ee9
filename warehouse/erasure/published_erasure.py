"""A person erased from every published version: each is rewritten and put in place in one step."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

from warehouse.base.connections import open_duckdb
from warehouse.base.durable_files import flush_folder, flush_tree
from warehouse.base.errors import PublishError
from warehouse.base.permissions import open_to_readers
from warehouse.base.settings import Settings
from warehouse.base.transactions import transaction
from warehouse.erasure.damaged_versions import versions_of
from warehouse.erasure.renewal import copy_afresh
from warehouse.erasure.table_erasure import erase_everywhere
from warehouse.privacy.pseudonyms import Pseudonyms
from warehouse.privacy.subject import Subject
from warehouse.publishing.parquet_export import export_tables, tables_of
from warehouse.publishing.publication_recovery import recover
from warehouse.publishing.published_versions import DATABASE, PARQUET, publication_lock
from warehouse.publishing.reference import REFERENCE

_HERE = -100  # AT_FDCWD of Linux
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)


def erase_published(settings: Settings, subject: Subject, secret: bytes) -> Counter[str]:
    """Erase the person from all versions of the source; counts of rows, and of ``versions_rewritten``.

    Readers who have a former file open keep it until they close it; nobody sees half of a version. Killed at any
    moment, each version is the former or the rewritten one.

    Raises
    ------
    PublishError
        If a version cannot be put in place in one step here.
    WarehouseBusy
        If another process is publishing.
    """
    names = Pseudonyms(subject.source, secret)
    published = replace(subject, ids=(*subject.ids, *map(names.of, subject.ids)))
    counts: Counter[str] = Counter()
    if not settings.published_folder.is_dir():
        return counts
    with publication_lock(settings):
        recover(settings)
        for folder in versions_of(settings, subject.source):
            counts += _erase_version(settings, folder, published, secret)
    return counts


def _erase_version(settings: Settings, folder: Path, subject: Subject, secret: bytes) -> Counter[str]:
    unfinished = folder.with_name(f".{folder.name}.erased")
    work = unfinished / "work"
    shutil.rmtree(unfinished, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        copy = work / DATABASE
        shutil.copyfile(folder / DATABASE, copy)
        with open_duckdb(copy, settings, read_only=False) as connection:
            with transaction(connection):
                counts = erase_everywhere(connection, subject, secret)
            if counts.total() == 0:
                return counts
            connection.execute("checkpoint")
            copy_afresh(connection, unfinished / DATABASE)
        shutil.rmtree(work)
        if (folder / REFERENCE).exists():  # nothing of a person is in it
            shutil.copyfile(folder / REFERENCE, unfinished / REFERENCE)
        with open_duckdb(unfinished / DATABASE, settings, read_only=True) as connection:
            export_tables(connection, tables_of(connection), unfinished / PARQUET)
        open_to_readers(unfinished)
        flush_tree(unfinished)
        _exchange(unfinished, folder)
        flush_folder(folder.parent)
        return counts + Counter(versions_rewritten=1)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _exchange(one: Path, other: Path) -> None:
    """Swap two folders in one step, as a reader sees it."""
    rename = ctypes.CDLL(None, use_errno=True).renameat2
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) != 0:
        code = ctypes.get_errno()
        if code in (errno.EINVAL, errno.ENOSYS):
            raise PublishError(
                f"The file system of {other.parent} cannot swap two folders in one step.",
                "Move the published folder to a local file system (ext4, xfs, btrfs), then run erase again.",
            )
        raise OSError(code, os.strerror(code), str(other))
