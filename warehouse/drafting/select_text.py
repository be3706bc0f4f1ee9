"""The SELECTs of a drafted source: each column with why it is thought so, and what a person should check."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from warehouse.base.sql_text import quoted
from warehouse.drafting.expressions import Expression
from warehouse.drafting.line_texts import charge_lines, part_lines
from warehouse.drafting.plan import FileDraft, TableDraft
from warehouse.drafting.samples import BLANK_SPLIT
from warehouse.drafting.shown import shown
from warehouse.files.csv_header import ROW_NUMBER
from warehouse.tables.contract import load_contract

_WIDTH = 116
_MADE_KEYS = {"feedback": "feedback_id", "events": "event_id"}
# Which row's value stands for all rows of a head: any would do where they are the same.
_PICKED = {"products": "max", "customers": "max", "orders": "min"}


def select_text(one: FileDraft, table: TableDraft) -> str:
    """The SELECT of a contract table that a kind of file gives."""
    is_main = table is one.main
    if one.parts and table.table == "order_items":
        return "\n".join([*_comment(_first_words(one, table, is_main), 0), *part_lines(one.parts)]) + "\n"
    columns = dict(_main_columns(one, table) if is_main else _computed_columns(one, table))
    head = _comment(_first_words(one, table, is_main), 0)
    lines = [*head, *_fields(one, is_main), "select"]
    if is_main:
        lines.append(f"    {ROW_NUMBER},")
    for place, (column, made) in enumerate(columns.items()):
        for note in made.notes:
            lines += _comment(note, 4)
        comma = "," if place < len(columns) - 1 else ""
        lines.append(f"    {made.sql} as {column}{comma}" if made.sql != column else f"    {column}{comma}")
    lines.append(f"from {_relation(one, is_main)}")
    if not is_main:
        lines += _grouped(one, table)
    elif one.charges:
        lines += charge_lines(one.charges, columns, _relation(one, is_main))
    return "\n".join(lines) + "\n"


def _first_words(one: FileDraft, table: TableDraft, is_main: bool) -> str:
    names = one.sample.names
    files = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    made = "One row per row of the file" if is_main else f"Made of the accepted rows of {one.main.table}"
    return f"{table.table}: {made} ({files}). A draft: each line says how sure it is, CHECK what to look at."


def _fields(one: FileDraft, is_main: bool) -> list[str]:
    """Names for the fields of lines that blanks separate."""
    if one.sample.format != "lines":
        return []
    first = ROW_NUMBER if is_main else "contract_row"
    fields = [f"        {BLANK_SPLIT}[{place + 1}] as {quoted(name)}" for place, name in enumerate(one.sample.columns)]
    relation = "landed" if is_main else "accepted"
    return ["with fields as (", "    select", f"        {first},", ",\n".join(fields), f"    from {relation}", ")", ""]


def _relation(one: FileDraft, is_main: bool) -> str:
    return "fields" if one.sample.format == "lines" else "landed" if is_main else "accepted"


def _main_columns(one: FileDraft, table: TableDraft) -> Iterator[tuple[str, Expression]]:
    made = dict(table.expressions)
    key = _made_key(one, table, made)
    if key:
        made[key.column] = key
    if table.table == "order_items" and "quantity" not in made:
        made["quantity"] = Expression(
            "quantity", "'1'", 0.5, ("CHECK: the file has no number of units; one is assumed",)
        )
    if one.charges and table.table == "order_items":
        for column in ("line_amount", "line_kind"):  # the lines beside the goods have them
            made.setdefault(column, Expression(column, "null", 1.0))
    yield from _in_order(table.table, made)


def _made_key(one: FileDraft, table: TableDraft, made: dict[str, Expression]) -> Expression | None:
    """The key of rows that have none of their own, the same whenever they are exported again."""
    name = table.table
    if name == "order_items":
        return _line_key(table, made)
    if name == "orders" and "order_id" not in made:
        customer, moment = made["customer_id"].sql, table.matches["ordered_at"].profile.name
        group = f"{customer}, {quoted(moment)}"
        sql = f"concat_ws('-', {group}, row_number() over (partition by {group} order by {ROW_NUMBER}))"
        return Expression("order_id", sql, 0.5, ("CHECK: there is no number of an order; each row is taken for one",))
    own = _MADE_KEYS.get(name)
    if own and not (own in table.matches and table.matches[own].profile.is_key):
        whole = f"md5(concat_ws('|', {', '.join(map(quoted, one.sample.columns))}))"
        sql = f"concat_ws('-', {whole}, row_number() over (partition by {whole} order by {ROW_NUMBER}))"
        return Expression(own, sql, 0.5, ("made of the whole row: no column has a value of its own in each",))
    return None


def _line_key(table: TableDraft, made: dict[str, Expression]) -> Expression | None:
    item = table.matches.get("order_item_id")
    if item and item.profile.is_key:
        return None
    order = made["order_id"].sql
    if "line_number" in made:
        return Expression(
            "order_item_id", f"concat_ws('/', {order}, {made['line_number'].sql})", 0.8, ("order and line",)
        )
    sql = f"concat_ws('/', {order}, row_number() over (partition by {order} order by {ROW_NUMBER}))"
    note = "CHECK: lines have no number: they are counted within the order, so an order must not stand in two files"
    return Expression("order_item_id", sql, 0.5, (note,))


def _computed_columns(one: FileDraft, table: TableDraft) -> Iterator[tuple[str, Expression]]:
    name = table.table
    made: dict[str, Expression] = {}
    if name == "order_items":
        made = {column: own for column, own in table.expressions.items() if column != "order_item_id"}
        made["order_item_id"] = Expression("order_item_id", "contract_row.order_id", 0.8, ("each order is one line",))
        made["order_id"] = Expression("order_id", "contract_row.order_id", 1.0)
        made["line_number"] = Expression("line_number", "1", 1.0)
        made.setdefault("quantity", Expression("quantity", "1", 0.5, ("CHECK: one unit is assumed",)))
    else:
        key = load_contract().tables[name].key[0]
        picked = _PICKED[name]
        for column, own in table.expressions.items():
            sql = own.sql if column == key or "contract_row" in own.sql else f"{picked}({own.sql})"
            made[column] = Expression(column, sql, own.confidence, own.notes)
        if name == "orders":
            made["order_id"] = Expression("order_id", "contract_row.order_id", 1.0)
    yield from _in_order(name, made)


def _grouped(one: FileDraft, table: TableDraft) -> list[str]:
    if table.table == "order_items":
        return []
    if table.table == "orders":
        return ["group by contract_row.order_id"]
    key = table.expressions[load_contract().tables[table.table].key[0]].sql
    return [f"where {key} is not null", f"group by {key}"]


def _in_order(table: str, made: dict[str, Expression]) -> Iterator[tuple[str, Expression]]:
    for column in load_contract().tables[table].columns:
        if column in made:
            yield column, made[column]


def _comment(text: str, indent: int) -> list[str]:
    blanks = " " * indent
    return textwrap.wrap(shown(text), _WIDTH, initial_indent=f"{blanks}-- ", subsequent_indent=f"{blanks}-- ")
