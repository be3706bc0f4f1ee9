"""Contracts to train on, to evaluate on and to score, read from the marts of one source.

There are two designs, chosen by the data. Where all known ends fall on one day, the source is a *cross-section*: one
row per contract, ended or running, and no later rows to evaluate on. Otherwise rows are *snapshots* (contract, date)
with a label from the horizon after the date, as in every other job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb
import pandas as pd

from ml.data.contract_features import contract_frame
from ml.data.contract_months import months_between
from ml.data.dated_rows import DatedRows, check_no_leak
from ml.data.history import first_day
from ml.data.snapshots import check_built_as_of, history_began_on
from warehouse.base.build_file import BuildFile
from warehouse.source_definitions.in_build_file import allowed_personal_features

Design = Literal["cross_section", "snapshots"]
_FEATURES = "marts.subscription_features"


@dataclass(frozen=True, kw_only=True)
class Contracts(DatedRows):
    """Rows about contracts: one per contract and date.

    Attributes
    ----------
    training, evaluation
        Features and `is_churned`; further `gender`, `country` and `age_years` of the customer (age by the year of
        birth), which are no features but groups that figures are reported for. In a cross-section `evaluation` is
        empty.
    scoring
        Features at the as-of date of all contracts; ended ones are not eligible.
    histories
        One row per contract as known at the end of training: features that stay, `duration_months`, `is_ended`.
    first_started_on
        The first day of the first contract.
    """

    horizon_days: int
    design: Design
    histories: pd.DataFrame
    first_started_on: date | None = None

    @property
    def label_horizon_days(self) -> int:
        return self.horizon_days


def read_contracts(file: BuildFile, as_of_date: date, horizon_days: int) -> Contracts:
    """Read the marts; without tables of subscriptions all frames are empty.

    Raises
    ------
    ClienteleError
        If the marts are missing or were built for another date.
    LeakError
        If a training label window reaches beyond the evaluation date.
    """
    known: dict[str, Any] = {"source": file.source, "as_of_date": as_of_date, "horizon_days": horizon_days}
    with file.opened(read_only=True) as connection:
        scoring = _scoring(connection, as_of_date)
        if scoring.empty:
            return Contracts(
                **known, design="snapshots", training=scoring, evaluation=scoring, scoring=scoring, histories=scoring
            )
        dates = connection.execute("select subscription_id, started_at, ended_at from marts.dim_subscriptions").df()
        customers = connection.execute("select customer_id, gender, country, birth_year from marts.dim_customers").df()
        snapshots = connection.execute(
            f"select f.*, l.is_churned, s.snapshot_role from {_FEATURES} as f "
            "inner join marts.subscription_labels as l using (subscription_id, as_of_date) "
            "inner join intermediate.int_snapshot_dates as s using (as_of_date) where f.is_eligible"
        ).df()
        began_on = history_began_on(connection)
        known["personal_features"] = allowed_personal_features(connection)
    if dates["ended_at"].dropna().dt.normalize().nunique() == 1:
        ended = ~scoring["is_eligible"].astype(bool)
        training = _with_customers(scoring, customers).assign(is_churned=ended.to_numpy())
        return Contracts(
            **known,
            design="cross_section",
            training=training,
            evaluation=training.head(0),
            scoring=scoring,
            histories=scoring.assign(duration_months=scoring["tenure_months"].astype(float), is_ended=ended),
        )
    training, evaluation = (
        _sorted(_with_customers(snapshots[snapshots["snapshot_role"] == role].drop(columns="snapshot_role"), customers))
        for role in ("training", "evaluation")
    )
    cutoff = pd.Timestamp(as_of_date) if evaluation.empty else evaluation["as_of_date"].iloc[0]
    contracts = Contracts(
        **known,
        design="snapshots",
        training=training,
        evaluation=evaluation,
        scoring=scoring,
        histories=_histories(scoring, dates, cutoff),
        history_began_on=began_on,
        first_started_on=first_day(dates["started_at"]),
    )
    check_no_leak(contracts)
    return contracts


def read_contract_rows(file: BuildFile, as_of_date: date) -> pd.DataFrame:
    """Read the features at the scoring date, one row per contract; scoring never reads labels."""
    with file.opened(read_only=True) as connection:
        return _scoring(connection, as_of_date)


def _scoring(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
    check_built_as_of(connection, as_of_date)
    try:
        return _sorted(connection.execute(f"select * from {_FEATURES} where as_of_date = ?", [as_of_date]).df())
    except duckdb.CatalogException:
        columns = ("subscription_id", "customer_id", "as_of_date", "tenure_months", "is_eligible", "ineligible_reason")
        return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})


def _with_customers(rows: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Rows with attributes of their customers, missing for a contract without a known customer."""
    known = rows.merge(customers, on="customer_id", how="left", validate="many_to_one")
    birth_year = pd.to_numeric(known.pop("birth_year"), errors="coerce").astype("float64")
    return known.assign(age_years=pd.to_datetime(known["as_of_date"]).dt.year - birth_year)


def _histories(scoring: pd.DataFrame, dates: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """How long each contract had lasted at the cutoff, ignoring everything from then on."""
    rows = scoring.merge(dates, on="subscription_id")
    rows = rows[rows["started_at"] < cutoff]
    ended = rows["ended_at"].notna() & (rows["ended_at"] < cutoff)
    lasted = months_between(rows["started_at"], rows["ended_at"].where(ended, cutoff))
    return rows.assign(duration_months=lasted, is_ended=ended).reset_index(drop=True)


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["as_of_date", "subscription_id"], kind="stable", ignore_index=True)


def comparable_contracts(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with keys, features and labels in fixed types, for the fingerprint: one row per row."""
    if rows.empty:
        return pd.DataFrame()
    added = {"subscription_id": rows["subscription_id"].astype(str).to_numpy()}
    if "is_churned" in rows.columns:
        added["is_churned"] = rows["is_churned"].to_numpy(dtype=float)
    return contract_frame(rows).assign(**added, as_of_date=rows["as_of_date"].astype(str).to_numpy())
