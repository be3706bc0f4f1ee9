"""Publishing and rolling back on a file system that fills up: `python -m tests.warehouse.full_disk MOUNT`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from tests.warehouse.small_warehouse import live, make_marts, parquet_seen, published_run
from warehouse.base.errors import PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.publish import publish
from warehouse.publishing.rollback import roll_back

_LEFT_KIB = (0, 4, 64, 256, 512, 1024)


def main() -> None:
    """Fill the disk at every size of what is left, and look at what readers find."""
    disk = Path(sys.argv[1])
    settings = Settings(home=disk.parent / "home", memory_limit="500MB", threads=1)
    settings.home.mkdir()
    (settings.home / "published").symlink_to(disk)
    first, second = (published_run(settings, customers).version for customers in (2, 3))
    make_marts(settings, 100_000)
    former = (second, 3)
    failures = 0
    for left_kib in _LEFT_KIB:
        with filled(disk, left_kib):
            try:
                publish(settings, "files", date(2024, 1, 1), f"run-{left_kib}")
            except PublishError as error:
                sys.stdout.write(f"{left_kib} KiB left: {error}\n")
                failures += 1
            else:
                raise AssertionError(f"there was no room for it in {left_kib} KiB")
            look(settings, former)
            if left_kib == 0:
                try:
                    roll_back(settings, first, "ada")
                except PublishError as error:
                    sys.stdout.write(f"rollback: {error}\n")
                look(settings, former)
    assert failures == len(_LEFT_KIB)
    make_marts(settings, 5)
    publish(settings, "files", date(2024, 1, 1), "run-small")
    assert live(settings)[1] == 5


@contextmanager
def filled(disk: Path, left_kib: int) -> Iterator[None]:
    """Leave so many KiB of the disk."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        file.write(bytes(max(0, shutil.disk_usage(disk).free - left_kib * 1024)))
    yield
    ballast.unlink()


def look(settings: Settings, former: tuple[str, int]) -> None:
    """What people read is what it was."""
    assert live(settings) == former
    assert parquet_seen(settings.published_folder / "parquet") == former
    duckdb.connect(str(settings.published_file), read_only=True).close()


if __name__ == "__main__":
    main()
