"""Pairs of customer ids that agree in a whole key, with guards against keys that several people share."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from warehouse.identity.contradictions import OTHERS, SOMETHING_AGREES, contradiction
from warehouse.identity.rules import IdentityRules


def exact_pairs(connection: duckdb.DuckDBPyConnection, rules: IdentityRules) -> pa.Table:
    """Pairs by exact keys among the temporary table `records`.

    Returns
    -------
    Columns ``left_id < right_id``, ``matched_by`` (the first key that holds, as `email` or `phone+birth_date`) and
    ``contradiction`` (what speaks against it, in words; None if nothing does); one row per pair.
    """
    parts = [_pairs_by(key, place, rules) for place, key in enumerate(rules.exact_keys)]
    return connection.execute(
        f"""
        select left_id, right_id, min_by(matched_by, place) as matched_by, any_value(contradiction) as contradiction
        from ({" union all ".join(parts)})
        group by left_id, right_id
        order by left_id, right_id
        """
    ).to_arrow_table()


def _pairs_by(key: tuple[str, ...], place: int, rules: IdentityRules) -> str:
    known = " and ".join(f"{column} is not null" for column in key)
    agree = " and ".join(f"l.{column} = r.{column}" for column in key)
    shared = f"count(*) over (partition by {', '.join(key)})"
    # A value that different people share is a key only of those that agree in something else: an account without a name
    # may be anybody's of them.
    among_others = f"bool_or(contradiction is not null) over (partition by {', '.join(key)})"
    return f"""
        select left_id, right_id, '{"+".join(key)}' as matched_by, {place} as place,
            coalesce(contradiction, case when {among_others} and not agrees then '{OTHERS}' end) as contradiction
        from (
            select
                l.unique_id as left_id, r.unique_id as right_id, {", ".join(f"l.{column}" for column in key)},
                {contradiction(rules)} as contradiction, {SOMETHING_AGREES} as agrees
            from (select * from records where {known} qualify {shared} <= {rules.exact_key_max_ids}) as l
            inner join records as r on {agree} and l.unique_id < r.unique_id
        )
    """
