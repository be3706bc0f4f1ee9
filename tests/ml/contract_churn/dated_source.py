"""A source of subscriptions that start and end over three years, with a known process; from files to marts."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source
from warehouse.marts import dbt

SOURCE = "files"
AS_OF_DATE, HORIZON_DAYS = date(2025, 7, 1), 90
EVALUATION_DATE = AS_OF_DATE - timedelta(days=HORIZON_DAYS)
_FIRST_DAY, _LAST_DAY = date(2022, 7, 1), date(2025, 12, 1)
_MARTS = ("+subscription_features", "+subscription_labels", "+dim_customers", "+dim_subscriptions")
# Chance that a monthly contract ends with a month, and a yearly one with its year.
_MONTHLY_ENDS, _MONTHLY_ENDS_WITH_SUPPORT, _YEARLY_ENDS = 0.12, 0.03, 0.3


def drawn_subscriptions(count: int = 1400, seed: int = 11) -> pd.DataFrame:
    """Monthly contracts end at 12 % a month, with support at 3 %; yearly ones at 30 %, at their term's end only."""
    random = np.random.default_rng(seed)
    span = (_LAST_DAY - _FIRST_DAY).days
    has_support, term = random.random(count) < 0.5, random.choice([1, 12], count, p=[0.7, 0.3])
    rate = np.where(term == 12, _YEARLY_ENDS, np.where(has_support, _MONTHLY_ENDS_WITH_SUPPORT, _MONTHLY_ENDS))
    started = pd.to_datetime(_FIRST_DAY) + pd.to_timedelta(random.integers(0, span, count), unit="D")
    months = random.geometric(rate) * term
    ended = pd.Series(started + pd.to_timedelta(months * 30.4375, unit="D")).dt.normalize()
    return pd.DataFrame(
        {
            "subscription_id": [f"s{number:04d}" for number in range(count)],
            "customer_id": [f"c{number:04d}" for number in range(count)],
            "plan_name": random.choice(["Tea", "Coffee"], count),
            "started_at": started,
            "ended_at": ended.where(ended < pd.Timestamp(_LAST_DAY)),
            "monthly_amount": random.choice([10, 15, 25], count),
            "term_months": term,
            "attributes": [json.dumps({"has_support": bool(flag), "region": "north"}) for flag in has_support],
        }
    )


def known_before(subscriptions: pd.DataFrame, day: date) -> pd.DataFrame:
    """The subscriptions as they stood on a day: what started or ended from then on has not happened."""
    stamp = pd.Timestamp(day)
    rows = subscriptions[subscriptions["started_at"] < stamp]
    return rows.assign(ended_at=rows["ended_at"].where(rows["ended_at"] < stamp))


def built(home: Path, subscriptions: pd.DataFrame, as_of_date: date) -> Settings:
    """A home in which the files were ingested and the marts built as of a date."""
    own = home / "sources" / SOURCE / "source.yml"
    own.parent.mkdir(parents=True)
    own.write_text("description: Contracts.\nform: contract\ncontract_attributes: [region]\n", encoding="utf-8")
    settings = Settings(home=home, sources_folder=own.parent.parent, mlflow_tracking_uri="", memory_limit="1GB")
    files = home / "given"
    files.mkdir(parents=True)
    subscriptions.to_csv(files / "subscriptions.csv", index=False)
    customers = pd.DataFrame({"customer_id": subscriptions["customer_id"]})
    number = customers["customer_id"].str[1:].astype(int)
    customers["gender"] = np.where(number % 2 == 0, "female", "male")
    customers["country"] = np.where(number % 3 == 0, "BE", "NL")
    customers["birth_date"] = np.where(number % 5 == 0, "1955-03-01", "1990-03-01")
    customers.to_csv(files / "customers.csv", index=False)
    land_input(settings, SOURCE, files)
    ingest_source(settings, SOURCE)
    dbt.build(settings, SOURCE, as_of_date, _MARTS, data_tests=False)
    return settings
