"""Lines of a drafted source that are part of a row of the file: charges beside the goods, parts of a total."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.base.sql_text import quoted
from warehouse.drafting.expressions import Expression
from warehouse.drafting.profiles import Profile
from warehouse.drafting.shown import shown
from warehouse.drafting.totals import Parts
from warehouse.files.csv_header import ROW_NUMBER


def charge_lines(charges: dict[str, Profile], columns: dict[str, Expression], relation: str) -> Iterator[str]:
    """Give further SELECTs: a line for shipping, tax or a discount that stands in a column beside the goods.

    Parameters
    ----------
    columns
        Of the SELECT of the goods, which these are united with.
    """
    for kind, profile in charges.items():
        own = dict.fromkeys(columns, "null")
        key, amount = columns["order_item_id"].sql, f"trim({quoted(profile.name)})"
        own |= {"order_item_id": f"concat_ws('/', {key}, '{kind}')", "order_id": columns["order_id"].sql}
        own["quantity"] = "'1'"
        own |= {"product_description": f"'{kind}'"} if "product_description" in own else {}
        taken_off = kind == "discount" and (profile.least or 0) >= 0
        own["line_amount"] = f"concat('-', {amount})" if taken_off else amount
        own["line_kind"] = f"'{kind}'"
        yield from (
            "",
            "union all",
            "",
            f"    -- CHECK: {shown(profile.name)}, beside the goods, as a line of kind {kind}",
        )
        yield from ("select", f"    {ROW_NUMBER},")
        yield ",\n".join(f"    {sql} as {column}" for column, sql in own.items())
        yield from (f"from {relation}", f"where {_is_not_zero(amount)}")


def part_lines(parts: Parts) -> Iterator[str]:
    """Give SELECTs over `accepted`: a line for each part of an order's total."""
    for place, (kind, (profile, sign)) in enumerate(parts.columns.items()):
        amount = f"trim({quoted(profile.name)})"
        yield from ("", "union all", "") if place else ()
        yield from ("select", f"    contract_row.order_id || '/{kind}' as order_item_id,", "    contract_row.order_id,")
        yield from (
            f"    '{place + 1}' as line_number,",
            f"    '{kind}' as product_description,",
            "    '1' as quantity,",
        )
        yield f"    -- {shown(profile.name)}: with the others it adds up to the order's total"
        signed = amount if sign > 0 else f"concat('-', {amount})"
        yield f"    {signed} as line_amount,"
        yield from (f"    '{kind}' as line_kind", "from accepted")
        if place:
            yield f"where {_is_not_zero(amount)}"


def _is_not_zero(amount: str) -> str:
    return (
        f"coalesce(try_cast(replace({amount}, ',', '.') as double), case when {amount} is null then 0 else 1 end) <> 0"
    )
