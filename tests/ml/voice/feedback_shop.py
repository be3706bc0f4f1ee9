"""A build file in memory with what customers wrote, and what they bought."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ml.jobs.voice.configuration import VoiceConfiguration, load_voice
from warehouse.base.rows import insert_frame

AS_OF = date(2026, 1, 1)


def quick() -> VoiceConfiguration:
    """Settings with fewer numbers of themes to try and fewer resamples."""
    known = load_voice()
    changes = {
        "themes": known.themes.model_copy(update={"numbers": (6, 8), "half_count": 2}),
        "bootstrap": known.bootstrap.model_copy(update={"repetition_count": 50}),
        "sentiment": known.sentiment.model_copy(update={"fold_count": 2}),
    }
    return known.model_copy(update=changes)


SUBJECTS = {
    "delivery": "parcel courier delivery doorstep shipping",
    "taste": "coffee roast beans aroma cup",
    "price": "price voucher discount euros bill",
    "staff": "staff phone answer hotline reply",
    "jewels": "necklace ring earrings silver clasp",
    "garden": "seeds pots shovel roses soil",
}
OPINIONS = {-1: "terrible awful broken sad", 0: "usual plain average so", 1: "great lovely happy wonderful"}


def shop(
    rows: Iterable[tuple], bought: Iterable[tuple[str, datetime]] = (), names: Iterable[tuple] = ()
) -> duckdb.DuckDBPyConnection:
    """Rows: feedback_id, customer_id, given_at, rating, text; bought: customer_id, ordered_at; names: first, last."""
    connection = duckdb.connect()
    for schema in ("staging", "intermediate", "pii", "scores"):
        connection.execute(f"create schema {schema}")
    connection.execute(
        "create table staging.stg_feedback (feedback_id varchar, customer_id varchar, given_at timestamp,"
        " rating integer, feedback_text varchar, product_code varchar)"
    )
    columns = ["feedback_id", "customer_id", "given_at", "rating", "text"]
    given = pd.DataFrame(list(rows), columns=columns).astype({"given_at": "datetime64[us]", "rating": "Int64"})
    insert_frame(connection, "staging.stg_feedback", given.rename(columns={"text": "feedback_text"}))
    connection.execute(
        "create view intermediate.int_feedback as select *, given_at as known_at from staging.stg_feedback"
    )
    connection.execute(
        "create table intermediate.int_customer_movements (customer_id varchar, is_demand boolean, order_date date,"
        " counts_from_at timestamp, counts_until_at timestamp)"
    )
    for customer, moment in bought:
        connection.execute(
            "insert into intermediate.int_customer_movements values (?, true, ?, ?, null)",
            [customer, moment.date(), moment],
        )
    connection.execute("create table pii.customer_contacts (first_name varchar, last_name varchar)")
    for name in names:
        connection.execute("insert into pii.customer_contacts values (?, ?)", list(name))
    return connection


def made_up(count: int, seed: int = 1) -> pd.DataFrame:
    """Texts about one subject each, whose words of opinion follow the stars; with `subject`."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        subject = str(random.choice(list(SUBJECTS)))
        rating = int(random.choice([1, 2, 3, 4, 5], p=[0.15, 0.15, 0.1, 0.25, 0.35]))
        opinion = OPINIONS[np.sign(rating - 3)].split()
        said = [*random.choice(SUBJECTS[subject].split(), 3, replace=False), *random.choice(opinion, 2)]
        moment = datetime(2025, 1, 1) + timedelta(hours=8 * number)
        rows.append((f"F{number:05d}", f"C{number % 150:04d}", moment, rating, " ".join(["we", *said]), subject))
    return pd.DataFrame(rows, columns=["feedback_id", "customer_id", "given_at", "rating", "text", "subject"])


def shop_of(texts: pd.DataFrame, **more: Any) -> duckdb.DuckDBPyConnection:
    """The build file of texts as `made_up` makes them."""
    return shop(texts[["feedback_id", "customer_id", "given_at", "rating", "text"]].itertuples(index=False), **more)
