"""What identity resolution found, as tables of the build file and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.base.rows import insert_frame
from warehouse.base.transactions import transaction
from warehouse.identity.links import OVERRIDE, PROBABILISTIC, Decision, Link
from warehouse.tables.newest_versions import newest_versions
from warehouse.tables.own_tables import create_own_tables, own_tables


@dataclass(frozen=True)
class Resolved:
    """Who is who: pairs with decisions, clusters of two and more ids, and the id that stands for each of them."""

    links: list[Link]
    clusters: list[list[str]]
    survivor_of: dict[str, str]


@dataclass(frozen=True)
class IdentitySummary:
    """One row of `quality.identity_summary`."""

    as_of_date: date
    resolved_at: datetime
    status: str
    reason: str | None
    customer_id_count: int
    person_count: int
    merged_id_count: int
    largest_cluster_id_count: int
    exact_link_count: int
    probabilistic_link_count: int
    override_count: int
    ignored_override_count: int
    review_pair_count: int
    refused_pair_count: int

    def lines(self) -> list[str]:
        """The summary in words."""
        if self.status == "skipped":
            return [f"identities: skipped, {self.reason}"]
        return [
            f"identities as of {self.as_of_date}: {self.customer_id_count:,} customer ids are {self.person_count:,} "
            f"persons ({self.merged_id_count:,} ids merged into another)",
            f"  pairs: {self.exact_link_count:,} by exact keys, {self.probabilistic_link_count:,} by the model, "
            f"{self.override_count:,} overrides in force; {self.review_pair_count:,} to review, "
            f"{self.refused_pair_count:,} refused",
        ]


def summarised(
    resolved: Resolved,
    customer_ids: Sequence[str],
    as_of_date: date,
    resolved_at: datetime,
    *,
    override_count: int,
    ignored_override_count: int,
    skip_reason: str | None,
) -> IdentitySummary:
    """Count what was found."""
    linked = Counter(link.matched_by for link in resolved.links if link.decision is Decision.LINKED)
    decisions = Counter(link.decision for link in resolved.links)
    ids = set(customer_ids) | set(resolved.survivor_of)
    merged = sum(one != survivor for one, survivor in resolved.survivor_of.items())
    return IdentitySummary(
        as_of_date=as_of_date,
        resolved_at=resolved_at,
        status="skipped" if skip_reason and not override_count else "resolved",
        reason=skip_reason,
        customer_id_count=len(ids),
        person_count=len(ids) - merged,
        merged_id_count=merged,
        largest_cluster_id_count=max(map(len, resolved.clusters), default=min(len(ids), 1)),
        exact_link_count=linked.total() - linked[PROBABILISTIC] - linked[OVERRIDE],
        probabilistic_link_count=linked[PROBABILISTIC],
        override_count=override_count,
        ignored_override_count=ignored_override_count,
        review_pair_count=decisions[Decision.REVIEW],
        refused_pair_count=decisions[Decision.REFUSED],
    )


# Both sides of each pair as the shop has them, for the person who reviews.
_SIDES = ", ".join(
    f"{side}.{column} as {column}_{side}"
    for column in ("first_name", "last_name", "birth_date", "email", "phone", "street_address", "postcode", "city")
    for side in ("l", "r")
)


def write_results(
    connection: duckdb.DuckDBPyConnection, resolved: Resolved, customer_ids: Sequence[str], summary: IdentitySummary
) -> None:
    """Replace links, identities and merges by what was found, and the summary of the same date; in one transaction."""
    identities = _identities(resolved, customer_ids)
    stamp = {"as_of_date": summary.as_of_date, "resolved_at": summary.resolved_at}
    merged = [row | stamp for row in identities if row["cluster_id_count"] > 1]
    create_own_tables(connection, "pii")
    create_own_tables(connection, "quality")
    with transaction(connection):
        connection.execute("delete from quality.identity_summary where as_of_date = ?", [summary.as_of_date])
        for table in ("pii.customer_links", "pii.customer_identities", "quality.customer_merges"):
            connection.execute(f"delete from {table}")
        _insert(connection, "pii", "customer_links", [_link_row(link) for link in resolved.links])
        _insert(connection, "pii", "customer_identities", identities)
        _insert(connection, "quality", "customer_merges", merged)
        _insert(connection, "quality", "identity_summary", [asdict(summary)])
        connection.execute(_review())


def _link_row(link: Link) -> dict[str, object]:
    row = asdict(link)
    return {"customer_id_left": row.pop("left_id"), "customer_id_right": row.pop("right_id"), **row}


def _identities(resolved: Resolved, customer_ids: Sequence[str]) -> list[dict[str, Any]]:
    size = {one: len(members) for members in resolved.clusters for one in members}
    strongest: dict[str, Link] = {}
    for link in resolved.links:
        if link.decision is Decision.LINKED:
            for one in link.pair:
                strongest[one] = min(strongest.get(one, link), link, key=lambda link: link.doubt)
    return [
        {
            "source_customer_id": one,
            "customer_id": resolved.survivor_of.get(one, one),
            "cluster_id_count": size.get(one, 1),
            "matched_by": strongest[one].matched_by if one in strongest else None,
            "match_weight": strongest[one].match_weight if one in strongest else None,
        }
        for one in sorted(set(customer_ids) | set(resolved.survivor_of))
    ]


def _insert(connection: duckdb.DuckDBPyConnection, schema: str, name: str, rows: list[dict]) -> None:
    if not rows:
        return
    columns = next(table.columns for table in own_tables(schema) if table.name == name)
    table = pa.table({column.name: [row[column.name] for row in rows] for column in columns})
    insert_frame(connection, f"{schema}.{name}", table)


def _review() -> str:
    return f"""
        create or replace view pii.identity_review as
        with newest as ({newest_versions("raw.customers", "customer_id")})
        select links.*, identities.customer_id, identities.cluster_id_count, {_SIDES}
        from pii.customer_links as links
        left join pii.customer_identities as identities on identities.source_customer_id = links.customer_id_left
        left join newest as l on l.customer_id = links.customer_id_left
        left join newest as r on r.customer_id = links.customer_id_right
    """
