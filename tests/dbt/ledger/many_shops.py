"""Many small shops in one build file: ids, codes and currencies of each end or begin with its own name."""

from __future__ import annotations

from ledger.documents import HandIn, Row

_ENDING = ("product_code", "product_description")


def named(shop: list[HandIn], name: str) -> list[HandIn]:
    """The shop's rows with ids that no other shop has."""
    return [{table: [_named_row(row, name) for row in rows] for table, rows in hand_in.items()} for hand_in in shop]


def _named_row(row: Row, name: str) -> Row:
    renamed = dict(row)
    for column, value in row.items():
        if value is None:
            continue
        if column.endswith("_id"):
            renamed[column] = f"{name}:{value}"
        elif column in _ENDING:  # patterns of codes look at how they begin
            renamed[column] = f"{value}.{name}"
        elif column == "currency" and value != "EUR":
            renamed[column] = f"{value}{name}"
    return renamed


def name_of(value: str) -> str:
    """The shop that an id belongs to."""
    return value.split(":", 1)[0]


def delivered_together(shops: dict[str, list[HandIn]]) -> list[HandIn]:
    """The first hand-ins of all shops as one, then the second ones, and so on."""
    together: list[HandIn] = []
    for number in range(max((len(shop) for shop in shops.values()), default=0)):
        hand_in: HandIn = {}
        for shop in shops.values():
            for table, rows in (shop[number] if number < len(shop) else {}).items():
                hand_in.setdefault(table, []).extend(rows)
        together.append(hand_in)
    return together
