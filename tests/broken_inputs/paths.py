"""Names, folders, links and permissions in the landing folder."""

from __future__ import annotations

import os
from pathlib import Path

from tests.broken_inputs.case import Case, order, orders

GROUP = "Names, folders and links"


def _case(name: str, what: str, place, **outcome) -> Case:
    return Case(name, GROUP, what, place=place, **outcome)


def _folder_named_like_a_file(folder: Path) -> None:
    (folder / "orders.csv").mkdir()


def _parts(folder: Path) -> None:
    (folder / "orders").mkdir()
    (folder / "orders" / "part-1.csv").write_text(orders(order()))


def _link_out(folder: Path) -> None:
    outside = folder.parent.parent / "outside.csv"
    outside.write_text(orders(order()))
    (folder / "orders.csv").symlink_to(outside)


def _relative_link_out(folder: Path) -> None:
    (folder.parent.parent / "outside.csv").write_text(orders(order()))
    (folder / "orders.csv").symlink_to("../../outside.csv")


def _linked_folder(folder: Path) -> None:
    outside = folder.parent.parent / "outside"
    outside.mkdir()
    (outside / "orders.csv").write_text(orders(order()))
    (folder / "orders").symlink_to(outside)


def _link_to_nothing(folder: Path) -> None:
    (folder / "orders.csv").symlink_to("/nonexistent/orders.csv")


def _link_to_itself(folder: Path) -> None:
    (folder / "orders.csv").symlink_to("orders.csv")


def _link_inside(folder: Path) -> None:
    (folder / "orders_1.csv").write_text(orders(order()))
    (folder / "orders_2.csv").symlink_to("orders_1.csv")


def _linked_source(folder: Path) -> None:
    outside = folder.parent.parent / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)


def _not_readable(folder: Path) -> None:
    (folder / "orders.csv").write_text(orders(order()))
    (folder / "orders.csv").chmod(0)


def _folder_not_readable(folder: Path) -> None:
    (folder / "orders").mkdir()
    (folder / "orders").chmod(0)


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "orders.csv")


def _name(name: str):
    def place(folder: Path) -> None:
        (folder / name).write_text(orders(order()))

    return place


def _name_in_latin_1(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/orders_\xe9.csv")).write_text(orders(order()))


def _partitions(folder: Path) -> None:
    for month in (1, 2):
        part = folder / "orders" / f"month=2024-{month:02d}"
        part.mkdir(parents=True)
        (part / "part-0.csv").write_text(orders(order(month)))
        (part / "_SUCCESS").touch()


def _part_without_suffix(folder: Path) -> None:
    (folder / "orders").mkdir()
    (folder / "orders" / "part-00000").write_text(orders(order()))


def _strange_part(folder: Path) -> None:
    (folder / "orders").mkdir()
    (folder / "orders" / "part-00000").write_text("neither a header nor rows\n")


CASES = (
    _case(
        "folder_named_like_a_file", "a folder named orders.csv", _folder_named_like_a_file, refused="named like a data"
    ),
    _case("folder_of_parts", "a folder named after the table: its files are read", _parts, loaded=1),
    _case("partitions", "folders in it, such as month=2024-01: their files are read", _partitions, loaded=2),
    _case("part_without_suffix", "a part without suffix that holds CSV", _part_without_suffix, loaded=1),
    _case(
        "strange_part", "a part without suffix that holds something else", _strange_part, refused="orders/part-00000"
    ),
    _case("link_out", "a link out of the landing folder", _link_out, refused="leads out of its folder"),
    _case("relative_link_out", "the same, with ..", _relative_link_out, refused="leads out of its folder"),
    _case("linked_folder", "a link to a folder elsewhere", _linked_folder, refused="leads out of its folder"),
    _case("link_to_nothing", "a link to nothing", _link_to_nothing, refused="leads out of its folder"),
    _case("link_to_itself", "a link to itself", _link_to_itself, refused="leads out of its folder"),
    _case("link_inside", "a link to another file of the folder: the same file twice", _link_inside, loaded=1, known=1),
    _case(
        "linked_source", "the source's folder is a link out of the landing folder", _linked_source, refused="leads out"
    ),
    _case("not_readable", "a file without permission to read", _not_readable, refused="orders.csv cannot be read"),
    _case("folder_not_readable", "a folder without permission", _folder_not_readable, refused="orders cannot be read"),
    _case("pipe", "a named pipe", _pipe, refused="named like a data file"),
    _case("dots_in_name", "dots in a name: a name like any other", _name("orders_..csv"), loaded=1),
    _case("quote_in_name", "quotation marks and SQL in a name", _name("orders_'); drop table x; --\".csv"), loaded=1),
    _case("line_end_in_name", "a line end in a name", _name("orders_\n.csv"), refused="cannot be printed"),
    _case("name_not_utf8", "a name that is not UTF-8", _name_in_latin_1, refused="cannot be printed"),
    _case("unknown_name", "a name that says nothing of its content", _name("data.csv"), refused="does not know what"),
    _case("database", "data of a format that is not read", _name("shop.db"), refused="does not read"),
    _case("backup", "a file that may be data, or not", _name("orders.csv.bak"), refused="does not know what"),
    _case("document", "a document: passed over", _name("columns.pdf")),
    _case("marker", "what desktops leave: passed over", _name("Thumbs.db")),
    _case("hidden_file", "a hidden file: passed over", _name(".orders.csv")),
)
