"""The part of gate `raw` on references: what rows refer to is known, where the table referred to was loaded at all.

Lines without an order have a rule of their own in `raw`; the marts and scores check theirs without exception.
"""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.rules import no_rows
from expectations.thresholds import ReferenceThresholds
from warehouse.tables.contract import Contract

# The column that a column of this name refers to.
_PARENTS = {
    "customer_id": "customers",
    "order_id": "orders",
    "product_code": "products",
    "campaign_id": "campaigns",
}


def reference_rules(name: str, contract: Contract, thresholds: ReferenceThresholds) -> tuple[Expectation, ...]:
    """On one raw table."""
    key = contract.tables[name].key
    shares = {tuple(reference.split(".")): share for reference, share in thresholds.unknown_share.items()}
    return tuple(_rule(name, key, column, share) for (table, column), share in shares.items() if table == name)


def _rule(name: str, key: tuple[str, ...], column: str, share: float) -> Expectation:
    parent = _PARENTS[column]
    shown = ", ".join(dict.fromkeys([*key, column]))
    # Codes of products are compared as staging does: in capitals, without blanks around them.
    compared = "upper(trim({}))" if column == "product_code" else "{}"
    child = compared.format(f"child.{column}")
    known = compared.format(f"parent.{column}")
    extent = f"At most {share:.0%}" if share else "None"
    return no_rows(
        f"{column}_refers_to_{parent}",
        f"""
            with unknown as (
                select {shown}, child._file_name, child._row_number
                from {newest(name)} as child
                where {child} is not null
                    and exists (select 1 from {newest(parent)})
                    and not exists (select 1 from {newest(parent)} as parent where {known} = {child})
            )
            select * from unknown
            where (select count(*) from unknown)
                > :share * (select count(*) from {newest(name)} as child where {child} is not null)
        """,
        f"{extent} of the rows of {name} with a {column} refer to no row of {parent}, where {parent} were loaded.",
        f"Look whether {name} and {parent} were exported for the same period and with the same ids.",
        column=column,
        severity="warning",
        share=share,
    )
