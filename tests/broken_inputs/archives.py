"""Archives and packed files as they are handed in, whole and broken."""

from __future__ import annotations

import bz2
import io
import lzma
import zipfile
from collections.abc import Callable
from datetime import datetime

import pyarrow as pa

from tests.broken_inputs.case import Case, order, orders
from tests.broken_inputs.workbooks import workbook

GROUP = "Archives and packed files, handed in"


def _archive(*members: tuple[str, bytes | str], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, content)
    return target.getvalue()


def _link(info: zipfile.ZipInfo) -> None:
    info.external_attr = 0o120777 << 16


def _encrypted() -> bytes:
    """The bit of encryption in both headers."""
    content = bytearray(_archive(("orders.csv", orders(order()))))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _damaged_archive() -> bytes:
    content = bytearray(_archive(("orders.csv", orders(*(order(number) for number in range(99))))))
    content[60:64] = b"\x00\xff\x00\xff"
    return bytes(content)


def _many(rows: int) -> bytes:
    return orders(*(order(number) for number in range(rows))).encode()


_PACKS = (
    (
        "zip",
        "an archive",
        "export.zip",
        lambda: _archive(("orders.csv", orders(order())), ("__MACOSX/._orders.csv", "x"), ("readme.txt.md", "x")),
        {"loaded": 1},
    ),
    (
        "zip_of_book",
        "a workbook in an archive",
        "orders.zip",
        lambda: _archive(("shop.xlsx", workbook(["order_id", "ordered_at"], [1, datetime(2024, 5, 1)]))),
        {"loaded": 1},
    ),
    (
        "zip_in_zip",
        "an archive in an archive",
        "orders.zip",
        lambda: _archive(("orders.zip", _archive(("orders.csv", "x")))),
        {"refused": "orders.zip/orders.zip is an archive in another one"},
    ),
    (
        "zip_unknown",
        "a member that the source does not know",
        "orders.zip",
        lambda: _archive(("what.csv", orders(order()))),
        {"refused": "orders.zip/what.csv: source 'files' does not know what this file is"},
    ),
    (
        "zip_out",
        "a member whose name leads out of the folder",
        "orders.zip",
        lambda: _archive(("../orders.csv", orders(order()))),
        {"refused": "a name that leads out of its folder"},
    ),
    (
        "zip_absolute",
        "a member with an absolute name",
        "orders.zip",
        lambda: _archive(("/orders.csv", orders(order()))),
        {"refused": "a name that leads out of its folder"},
    ),
    (
        "zip_link",
        "a member that is a link",
        "orders.zip",
        lambda: _archive(("orders.csv", "/etc/passwd"), change=_link),
        {"refused": "which is a link"},
    ),
    (
        "zip_twice",
        "two members of one name",
        "orders.zip",
        lambda: _archive(("orders.csv", orders(order())), ("Orders.csv", orders(order(2)))),
        {"refused": "holds 'orders.csv' twice"},
    ),
    (
        "zip_encrypted",
        "an archive with a password",
        "orders.zip",
        _encrypted,
        {"refused": "is protected by a password"},
    ),
    (
        "zip_bomb",
        "an archive larger than the limit once unpacked",
        "orders.zip",
        lambda: _archive(("orders.csv", bytes(1_500_000))),
        {"refused": "larger than 1 MB once unpacked", "unpacked_file_limit_mb": 1},
    ),
    (
        "zip_cut",
        "an archive that is cut short",
        "orders.zip",
        lambda: _archive(("orders.csv", orders(order())))[:-30],
        {"refused": "orders.zip cannot be unpacked"},
    ),
    (
        "zip_damaged",
        "an archive with damaged bytes inside",
        "orders.zip",
        _damaged_archive,
        {"refused": "orders.zip cannot be unpacked"},
    ),
    ("zip_of_nothing", "an archive of nothing", "orders.zip", _archive, {"refused": "orders.zip holds no files"}),
    ("xz", "xz", "orders.csv.xz", lambda: lzma.compress(_many(2)), {"loaded": 2}),
    (
        "xz_cut",
        "truncated xz",
        "orders.csv.xz",
        lambda: lzma.compress(_many(99))[:-40],
        {"refused": "orders.csv.xz cannot be read"},
    ),
    ("bzip2", "bzip2", "orders.csv.bz2", lambda: bz2.compress(_many(2)), {"loaded": 2}),
    (
        "bzip2_cut",
        "truncated bzip2",
        "orders.csv.bz2",
        lambda: bz2.compress(_many(99))[:-9],
        {"refused": "orders.csv.bz2 cannot be read"},
    ),
    ("zstandard", "Zstandard", "orders.csv.zst", lambda: pa.compress(_many(2), "zstd", asbytes=True), {"loaded": 2}),
    (
        "zstandard_cut",
        "truncated Zstandard",
        "orders.csv.zst",
        lambda: pa.compress(_many(99), "zstd", asbytes=True)[:-5],
        {"refused": "orders.csv.zst cannot be read"},
    ),
    (
        "zstandard_bomb",
        "Zstandard larger than the limit once unpacked",
        "orders.csv.zst",
        lambda: pa.compress(_many(60_000), "zstd", asbytes=True),
        {"refused": "larger than 1 MB once unpacked", "unpacked_file_limit_mb": 1},
    ),
    (
        "text_named_zst",
        "text named .csv.zst",
        "orders.csv.zst",
        orders(order()),
        {"refused": "orders.csv.zst cannot be read"},
    ),
)

CASES = tuple(
    Case(name, GROUP, what, content, file_name=file_name, handed_in=True, **outcome)
    for name, what, file_name, content, outcome in _PACKS
)
