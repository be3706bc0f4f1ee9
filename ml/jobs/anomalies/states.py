"""What people said of orders and customers that looked wrong: the seed `anomaly_states`, as the build file has it."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

NEW, CONFIRMED, DISMISSED = "new", "confirmed", "dismissed"

_STATES = """
select
    subject_type, subject_id, state, decided_by as state_decided_by, decided_on as state_decided_on,
    reason as state_reason
from pii.anomaly_states
where source = current_database() and decided_on <= $as_of_date
order by subject_type, subject_id
"""
_NO_STATES = """
select
    null::varchar as subject_type, null::varchar as subject_id, null::varchar as state,
    null::varchar as state_decided_by, null::date as state_decided_on, null::varchar as state_reason
limit 0
"""
COLUMNS = ["subject_type", "subject_id", "state", "state_decided_by", "state_decided_on", "state_reason"]


def read_states(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
    """What was decided until the date; none where the marts are older than the seed."""
    try:
        return connection.execute(_STATES, {"as_of_date": as_of_date}).df()
    except duckdb.CatalogException:
        return connection.execute(_NO_STATES).df()


def learned(findings: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """The findings without those that a dismissal says are usual of the customer.

    What was dismissed raises the threshold of its customer: findings of the same kind that are no stronger are left
    out. Those of subjects that a person decided about stay.
    """
    keyed = findings.merge(states[["subject_type", "subject_id", "state"]], how="left")
    dismissed = keyed[(keyed["state"] == DISMISSED) & keyed["customer_id"].notna()]
    thresholds = dismissed.groupby(["customer_id", "code"])["strength"].max().rename("usual").reset_index()
    keyed = keyed.merge(thresholds, how="left", on=["customer_id", "code"])
    is_usual = keyed["state"].isna() & (keyed["strength"] <= keyed["usual"])
    return keyed.loc[~is_usual, findings.columns].reset_index(drop=True)
