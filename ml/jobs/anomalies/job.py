"""The job: findings of the rules, what the models find unusual beside them, ranked, with the states that people set."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.outliers import FOREST, NEIGHBOURS, unusual
from ml.jobs.anomalies.ranking import SUBJECT, ranked, subjects, with_states
from ml.jobs.anomalies.rules import Found, find
from ml.jobs.anomalies.states import NEW, learned, read_states
from ml.jobs.anomalies.ways import RULES, values_by, who_ranks
from ml.jobs.batch import BatchJob, Results

NO_RULE = "Unlike others as a whole; no rule says why."
COLUMNS = [
    *SUBJECT,
    "customer_id",
    "anomaly_score",
    "anomaly_rank",
    "amount_at_stake",
    "anomaly_reasons",
    "anomaly_codes",
    "state",
    "state_decided_by",
    "state_decided_on",
    "state_reason",
    "happened_at",
    FOREST,
    NEIGHBOURS,
]


class AnomaliesJob(BatchJob):
    """Orders and customers that look wrong."""

    def __init__(self) -> None:
        self.configuration = load_configuration(AnomaliesConfiguration, "anomalies")

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        configuration = self.configuration
        before = self._first_before(connection, as_of_date)
        found = find(connection, as_of_date, configuration)
        states = read_states(connection, as_of_date)
        models = unusual(found.orders, configuration)
        everything = _beside(with_states(subjects(found.findings, found.usual_order_amount), states), models)
        choice = who_ranks(everything, configuration)
        table = _beside(with_states(_learned_subjects(found, states), states), models)
        if choice.serving != RULES:
            table = _beside(table.drop(columns=[FOREST, NEIGHBOURS]), models, how="outer")
        rows = ranked(table.assign(score=values_by(choice.serving or RULES, table)), configuration.listed_maximum)
        rows = rows.rename(columns={"score": "anomaly_score"})[COLUMNS]
        rows["customer_id"] = (
            rows["customer_id"].astype(object).mask(rows["customer_id"].isna(), other=np.nan).replace({np.nan: None})
        )
        documents = {"findings_by_code.json": _by_code(found.findings)}
        return Results(rows, self._figures(rows, before), documents, (choice,))

    def _first_before(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
        """The first ones of some days before, as the rules had them then; none where there was too little to tell."""
        settings = self.configuration.stability
        then = as_of_date - timedelta(days=settings.days)
        try:
            found = find(connection, then, self.configuration)
        except Refused:
            return pd.DataFrame(columns=SUBJECT)
        states = read_states(connection, as_of_date)
        table = with_states(_learned_subjects(found, states), states)
        return ranked(table, self.configuration.listed_maximum).head(settings.first_count)[SUBJECT]

    def _figures(self, rows: pd.DataFrame, before: pd.DataFrame) -> dict[str, float]:
        settings = self.configuration.stability
        open_rows = rows[rows["anomaly_rank"].notna()]
        figures = {
            "listed_count": float(len(open_rows)),
            "first_50_amount": float(open_rows.head(settings.first_count)["amount_at_stake"].sum()),
        }
        if len(before):
            still = before.merge(open_rows.head(settings.still_among)[SUBJECT])
            figures["stable_share"] = len(still) / len(before)
        return figures


def _learned_subjects(found: Found, states: pd.DataFrame) -> pd.DataFrame:
    return subjects(learned(found.findings, states), found.usual_order_amount)


def _beside(table: pd.DataFrame, models: pd.DataFrame, how: Literal["left", "outer"] = "left") -> pd.DataFrame:
    """The subjects of the rules with the shares of both models; outer: also those that no rule finds."""
    joined = table.merge(models, how=how, on=SUBJECT, suffixes=("", "_of_model"))
    for name in ("customer_id", "happened_at"):
        joined[name] = joined[name].combine_first(joined.pop(f"{name}_of_model"))
    amount = joined.pop("amount")
    joined["amount_at_stake"] = joined["amount_at_stake"].fillna(amount)
    return joined.fillna({"score": 0.0, "anomaly_reasons": NO_RULE, "anomaly_codes": "", "state": NEW})


def _by_code(findings: pd.DataFrame) -> dict[str, dict[str, float]]:
    counted = findings.groupby("code").agg(count=("code", "size"), amount_at_stake=("amount_at_stake", "sum"))
    return {
        str(code): {"count": int(row["count"]), "amount_at_stake": float(row["amount_at_stake"])}
        for code, row in counted.iterrows()
    }
