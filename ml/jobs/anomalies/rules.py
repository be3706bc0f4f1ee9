"""All rules, and what they find as of a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from ml.competition.results import Refused
from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.customer_rules import customer_findings
from ml.jobs.anomalies.findings import COLUMNS
from ml.jobs.anomalies.ledger import read_ledger
from ml.jobs.anomalies.line_rules import line_findings
from ml.jobs.anomalies.order_rules import order_findings


@dataclass(frozen=True)
class Found:
    """What the rules find, with the orders they looked at; `usual_order_amount` is the median."""

    findings: pd.DataFrame
    orders: pd.DataFrame
    usual_order_amount: float


def find(connection: duckdb.DuckDBPyConnection, as_of_date: date, configuration: AnomaliesConfiguration) -> Found:
    """Apply all rules to what was known before a date.

    Raises
    ------
    Refused
        If there are too few orders for anything to be usual.
    """
    orders = read_ledger(connection, as_of_date, configuration)
    if len(orders) < configuration.minimum_order_count:
        raise Refused(
            f"{len(orders)} orders before {as_of_date} are too few to tell what is usual "
            f"(at least {configuration.minimum_order_count})."
        )
    usual = float(orders["amount"].median())
    parts = [
        *line_findings(connection, usual, configuration),
        *order_findings(orders, usual, configuration),
        *customer_findings(connection, orders, as_of_date, configuration),
    ]
    found = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)
    found["strength"] = found["strength"].astype(float).clip(upper=configuration.maximum_strength)
    return Found(found, orders, usual)
