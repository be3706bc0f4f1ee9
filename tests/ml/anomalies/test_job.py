"""The list: its order, what people said of it, who ranks, and that nothing of the future is read."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.configuration import load_configuration
from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.job import AnomaliesJob
from ml.jobs.anomalies.ways import case_values, who_ranks
from tests.ml.anomalies.small_ledger import AS_OF_DATE, SmallLedger, plain_shop

NOON = datetime(2025, 11, 3, 12)
SUBJECT = ["subject_type", "subject_id"]


def suspicious_shop() -> SmallLedger:
    """An order by the hundred, a slipped price, two second bookings of one customer (of one line, of two), a burst."""
    ledger = plain_shop()
    ledger.order("LARGE", "C001", NOON, [("P1", 600, 11.0)])
    ledger.order("SLIP", "C002", NOON, [("P2", 2, 0.12)])
    for second, lines in (("TEN", 1), ("TWENTY", 2)):
        for order_id, seconds in ((f"{second} FIRST", 0), (second, 30)):
            at = NOON + timedelta(days=lines, seconds=seconds)
            ledger.order(order_id, "C003", at, [(f"P{line}", 10, 10.0 + line) for line in range(lines)])
    for number in range(8):
        ledger.order(f"B{number}", "newcomer", NOON + timedelta(minutes=number), [("P1", 1 + number, 11.0)])
    return ledger


def listed(ledger: SmallLedger, day: date = AS_OF_DATE) -> pd.DataFrame:
    return job().results(ledger.connection, day).rows


def job() -> AnomaliesJob:
    """With few trees: what they find stands beside."""
    made = AnomaliesJob()
    outliers = made.configuration.outliers.model_copy(update={"tree_count": 10})
    made.configuration = made.configuration.model_copy(update={"outliers": outliers})
    return made


@pytest.fixture(scope="module")
def before() -> pd.DataFrame:
    """What is listed of the shop as it is."""
    return listed(suspicious_shop())


def test_the_list_is_ranked_and_says_what_is_at_stake(before: pd.DataFrame) -> None:
    rows = before
    assert rows["anomaly_rank"].tolist() == list(range(1, len(rows) + 1))
    assert rows["anomaly_score"].is_monotonic_decreasing
    first = rows.iloc[0]
    assert (first["subject_id"], first["state"], first["amount_at_stake"]) == ("LARGE", "new", 6600)
    assert set(first["anomaly_codes"].split(",")) == {"amount", "quantity"}
    assert {"SLIP", "TEN", "TWENTY"} <= set(rows["subject_id"])
    assert rows.loc[rows["subject_id"] == "newcomer", "subject_type"].tolist() == ["customer"]
    assert (rows.loc[rows["subject_id"] == "LARGE", "isolation_share"] > 0.99).all()


def test_the_order_of_the_rows_does_not_matter(before: pd.DataFrame) -> None:
    ledger = suspicious_shop()
    for table in ("intermediate.int_movements", "staging.stg_customers"):
        ledger.connection.execute(
            f"create or replace table {table} as select * from {table} order by hash({table}::text)"
        )
    pd.testing.assert_frame_equal(listed(ledger), before)


def test_nothing_of_the_future_is_read(before: pd.DataFrame) -> None:
    """What happens on the date and after it, returns and cancellations of earlier orders among it, changes nothing."""
    ledger = suspicious_shop()
    after = datetime(2026, 1, 1, 0, 0)
    ledger.order("LATER", "C005", after, [("P1", 900, 11.0)])
    ledger.state("LARGE", "dismissed", on=date(2026, 1, 2))
    ledger.connection.execute(
        "insert into staging.stg_customers values ('C900', ?, '+49 341 5550001', null, null, null)", [after]
    )
    ledger.connection.execute("update intermediate.int_order_heads set cancelled_at = ?", [after])
    ledger.connection.execute(
        "insert into intermediate.int_takebacks values ('take', 'LARGE', -6600, ?, null)", [after]
    )
    pd.testing.assert_frame_equal(listed(ledger), before)


def test_what_a_person_dismissed_is_not_listed_and_raises_the_threshold_of_its_customer() -> None:
    ledger = suspicious_shop()
    ledger.state("TWENTY", "dismissed")
    rows = listed(ledger).set_index("subject_id")
    dismissed = rows.loc["TWENTY"]
    assert (dismissed["state"], dismissed["state_decided_by"]) == ("dismissed", "mh")
    assert dismissed["state_reason"] == "looked at it"
    assert pd.isna(dismissed["anomaly_rank"])
    assert "TEN" not in rows.index, "weaker than what was said to be right"
    assert {"LARGE", "SLIP"} <= set(rows.index), "other customers are judged as before"


def test_more_than_what_was_dismissed_is_listed() -> None:
    ledger = suspicious_shop()
    ledger.state("TEN", "dismissed")
    rows = listed(ledger).set_index("subject_id")
    assert rows.loc["TWENTY", "anomaly_rank"] > 0


def test_what_a_person_confirmed_stays_even_where_no_rule_finds_it() -> None:
    ledger = suspicious_shop()
    ledger.state("LARGE", "confirmed")
    ledger.state("O001", "confirmed")
    rows = listed(ledger).set_index("subject_id")
    assert rows.loc["LARGE", ["state", "anomaly_rank"]].tolist() == ["confirmed", 1]
    assert rows.loc["O001", "state"] == "confirmed"
    assert rows.loc["O001", "anomaly_rank"] == rows["anomaly_rank"].max()


def test_decisions_about_another_source_say_nothing(before: pd.DataFrame) -> None:
    ledger = suspicious_shop()
    ledger.state("LARGE", "dismissed", source="another")
    pd.testing.assert_frame_equal(listed(ledger), before)


def test_marts_without_the_seed_have_no_decisions(before: pd.DataFrame) -> None:
    ledger = suspicious_shop()
    ledger.connection.execute("drop table pii.anomaly_states")
    pd.testing.assert_frame_equal(listed(ledger), before)


@pytest.mark.parametrize(("count", "serving"), [(40, "isolation_forest"), (20, "rules")])
def test_a_model_ranks_where_enough_decisions_say_that_it_does_better(count: int, serving: str) -> None:
    """The forest puts every confirmed case above every dismissed one, the rules do so by chance."""
    draws = np.random.default_rng(3)
    states = np.repeat(["confirmed", "dismissed"], count)
    table = pd.DataFrame(
        {
            "state": states,
            "score": draws.random(2 * count),
            "isolation_share": np.where(states == "confirmed", 0.9, 0.1),
            "local_outlier_share": draws.random(2 * count),
        }
    )
    choice = who_ranks(table, load_configuration(AnomaliesConfiguration, "anomalies"))
    assert choice.serving == serving
    assert ("too few" in choice.reason) == (count == 20)
    if count == 40:
        assert choice.contender("isolation_forest").figures == {"confirmed_above_dismissed": 1.0}
        expected = [(c > d) for c in table["score"][:40] for d in table["score"][40:]]
        assert choice.contender("rules").figures["confirmed_above_dismissed"] == pytest.approx(np.mean(expected))


def test_cases_of_both_kinds_make_the_interval() -> None:
    """The variance of the mean is DeLong's: that of either kind over its number, added up."""
    draws = np.random.default_rng(8)
    confirmed, dismissed = draws.normal(1, 1, 50), draws.normal(0, 1, 35)
    units = case_values(confirmed, dismissed)
    pairs = (confirmed[:, None] > dismissed[None, :]).astype(float)
    assert units.mean() == pytest.approx(pairs.mean())
    expected = pairs.mean(axis=1).var() / 50 + pairs.mean(axis=0).var() / 35
    assert units.var() / len(units) == pytest.approx(expected)


def test_a_model_that_ranks_lists_what_no_rule_finds(before: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = suspicious_shop()
    monkeypatch.setattr("ml.jobs.anomalies.job.who_ranks", lambda *_: _Forest())
    rows = listed(ledger)
    assert len(rows) == 500
    assert rows["anomaly_score"].iloc[0] == 1.0
    assert "no rule says why" in " ".join(rows["anomaly_reasons"])
    assert len(before) < 20  # by the rules


class _Forest:
    serving = "isolation_forest"


def test_the_connection_may_be_read_only(before: pd.DataFrame, tmp_path) -> None:
    ledger = suspicious_shop()
    file = tmp_path / "memory.duckdb"
    ledger.connection.execute(f"attach '{file}' as copied; copy from database memory to copied; detach copied")
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = job().results(connection, AS_OF_DATE).rows
    assert rows[SUBJECT].equals(before[SUBJECT])
