"""Scores of past dates: which dates, what is done for one of them, and where it stops."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from pipeline.__main__ import main
from pipeline.backfill import Backfill, reprocess_date, restore_marts, settle_dates
from warehouse.base.connections import open_build_file
from warehouse.base.errors import GateFailed, SettingsError
from warehouse.base.settings import Settings
from warehouse.marts import dbt
from warehouse.runs.planning import RunPlan
from warehouse.tables.raw_tables import create_raw_tables
from warehouse.tables.score_review import accept_scores
from warehouse.tables.scores import create_score_tables, write_scores

SOURCE = "sample_shop"
DAY = date(2026, 5, 1)
PLAN = RunPlan(SOURCE, DAY, "past")


@pytest.fixture
def loaded(tmp_path: Path) -> Settings:
    """Orders from 2026-01-01 to 2026-05-31."""
    settings = Settings(home=tmp_path)
    settings.warehouse_folder.mkdir(parents=True)
    with open_build_file(settings, SOURCE) as connection:
        create_raw_tables(connection)
        connection.execute(
            "insert into raw.orders by name select 'o' || ordered_at as order_id, ordered_at, 'load' as _load_id, "
            "'orders.csv' as _file_name, 1 as _row_number, 'hash' as _row_hash, 1 as _arrival_number, "
            "timestamp '2026-06-10' as _loaded_at "
            "from unnest([timestamp '2026-01-01', timestamp '2026-05-31']) as days(ordered_at)"
        )
    return settings


def scored(settings: Settings, day: date, *, accepted: bool = True) -> None:
    with open_build_file(settings, SOURCE) as connection:
        create_score_tables(connection)
        connection.execute(
            "insert into scores.customer_churn (customer_id, as_of_date, horizon_days, status, model_name, scored_at) "
            "values ('c1', ?, 90, 'refused', 'crm_churn', now()::timestamp)",
            [day],
        )
        if accepted:
            accept_scores(connection, day)


def settle(settings: Settings, first: str, last: str, step_days: int = 7) -> Backfill:
    return settle_dates(settings, SOURCE, first, last, step_days)


def test_the_dates_of_a_range_each_with_a_plan_of_its_own(loaded: Settings) -> None:
    scored(loaded, date(2026, 6, 1))
    backfill = settle(loaded, "2026-05-01", "2026-05-20")
    assert [plan.as_of_date.isoformat() for plan in backfill.dates] == ["2026-05-01", "2026-05-08", "2026-05-15"]
    assert len({plan.pipeline_run_id for plan in backfill.dates}) == 3
    plain = backfill.as_dict()
    assert tuple(RunPlan.from_dict(one) for one in plain["dates"]) == backfill.dates
    assert RunPlan.from_dict(plain) == backfill.dates[-1]
    assert backfill.lines() == [
        "sample_shop: 3 dates from 2026-05-01 to 2026-05-15; the newest scored date is 2026-06-01"
    ]
    assert len(settle(loaded, "2026-06-01", "2026-06-01").dates) == 1


@pytest.mark.parametrize(
    ("first", "last", "step_days", "words"),
    [
        ("2026-05-02", "2026-05-01", 1, "2026-05-01 lies before the first one 2026-05-02"),
        ("2026-05-01", "2026-06-02", 1, "answer dates up to 2026-06-01"),
        ("2025-12-01", "2026-05-01", 7, "before the first day with data is over"),
        ("yesterday", "2026-05-01", 1, "'yesterday' and '2026-05-01' are not two dates"),
        ("2026-05-01", "2026-05-02", 0, "leads nowhere"),
        ("2024-01-01", "2025-01-05", 1, "371 dates; 370 are the most"),
    ],
)
def test_a_range_that_makes_no_sense_is_told_in_words(loaded: Settings, first, last, step_days, words) -> None:
    scored(loaded, date(2026, 6, 1))
    with pytest.raises(SettingsError, match=words):
        settle(loaded, first, last, step_days)


def test_a_source_that_was_never_scored_has_no_date_to_come_back_to(loaded: Settings) -> None:
    with pytest.raises(SettingsError, match="Nothing has been scored for 'sample_shop' yet"):
        settle(loaded, "2026-05-01", "2026-05-01")


def test_the_newest_scored_date_may_be_later_than_the_data(loaded: Settings) -> None:
    scored(loaded, date(2026, 6, 9))
    assert len(settle(loaded, "2026-06-09", "2026-06-09").dates) == 1


JOBS = [SimpleNamespace(name=name, has_model=name != "pairs", optional=False) for name in ("churn", "clv", "pairs")]


class Stages:
    """Takes the place of the stages, each of which has tests of its own, and notes what is called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, served: set[str], failing: str = "") -> None:
        self.calls: list[str] = []
        self.failing = failing
        outcome = SimpleNamespace(status="serves_past_dates", reason="Passes.")
        report = SimpleNamespace(score_table="t", rows_by_status={}, model_version="1", reason="")
        for name, called in (
            ("warehouse.marts.build.build_marts", lambda _, source, day: self.note(f"marts {day}")),
            ("pipeline.stages.check", lambda _, __, gate: self.note(f"gate {gate}") or gate),
            ("ml.lifecycle.who_serves.who_serves", lambda _, job, *__: job if job in served else None),
            ("pipeline.backfill.jobs_on", lambda _: JOBS),
            ("ml.lifecycle.optional.train", lambda _, job, *__, **___: self.note(f"train {job}") or outcome),
            ("ml.lifecycle.optional.job_spec", lambda name: next(job for job in JOBS if job.name == name)),
            ("ml.lifecycle.optional.score_batch", lambda _, job, *__: self.note(f"compute {job}") or report),
            ("ml.lifecycle.optional.score", lambda _, job, *__: self.note(f"score {job}") or report),
        ):
            monkeypatch.setattr(name, called)

    def note(self, call: str) -> None:
        self.calls.append(call)
        if call == self.failing:
            raise GateFailed("It does not hold.", "Look.")


def test_a_date_is_trained_for_only_where_nothing_could_have_served(
    loaded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = Stages(monkeypatch, served={"churn"})
    done = []
    steps = reprocess_date(loaded, PLAN, done.append)
    scoring = ["score churn", "train clv", "score clv", "compute pairs"]
    assert stages.calls == ["marts 2026-05-01", "gate marts", *scoring, "gate scores"]
    assert (steps[0], steps[-1], len(steps)) == ("marts", "scores", 6)
    assert done == steps


@pytest.mark.parametrize("failing", ["", "gate marts"])
def test_a_backfill_puts_the_marts_back_and_publishes_only_if_all_dates_passed(
    loaded: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failing: str
) -> None:
    scored(loaded, date(2026, 6, 1))
    made = Stages(monkeypatch, served={"churn", "clv"}, failing=failing)
    monkeypatch.setattr("pipeline.__main__._show", lambda _: None)
    monkeypatch.setattr("warehouse.marts.dbt.build", lambda *_: made.note("activation"))
    published = SimpleNamespace(version="a version", in_words=lambda: "Published.")
    monkeypatch.setattr("pipeline.stages._describe", lambda *_: None)
    monkeypatch.setattr("warehouse.publishing.publish.publish", lambda *_: made.note("publish") or published)
    monkeypatch.setenv("CLIENTELE_HOME", str(loaded.home))
    dates = ["--first", "2026-05-01", "--last", "2026-05-02"]
    code = main(["backfill", "--source", SOURCE, *dates])
    restored = ["marts 2026-06-01", "activation"]
    if failing:
        assert (code, made.calls) == (1, ["marts 2026-05-01", "gate marts", *restored])
        assert "It does not hold." in capsys.readouterr().err
    else:
        days = [call for call in made.calls if call.startswith("marts")]
        assert (code, days) == (0, ["marts 2026-05-01", "marts 2026-05-02", "marts 2026-06-01"])
        assert made.calls[-4:] == [*restored, "gate activation", "publish"]
        assert "Published." in capsys.readouterr().out


def test_marts_that_fail_their_gate_are_not_scored(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = Stages(monkeypatch, served=set(), failing="gate marts")
    with pytest.raises(GateFailed):
        reprocess_date(loaded, PLAN)
    assert stages.calls == ["marts 2026-05-01", "gate marts"]


def test_the_marts_come_back_to_the_newest_date_whose_scores_passed(
    loaded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored(loaded, DAY)
    row = {"customer_id": "c1", "as_of_date": date(2026, 5, 20), "horizon_days": 90, "status": "refused"}
    row |= {"model_name": "crm_churn", "scored_at": datetime(2026, 6, 10)}
    with open_build_file(loaded, SOURCE) as connection:  # a date whose gate did not pass
        write_scores(connection, "customer_churn", pd.DataFrame([row]))
    built = []
    monkeypatch.setattr("warehouse.marts.build.build_marts", lambda _, source, day: built.append(day))
    monkeypatch.setattr("warehouse.marts.dbt.build", lambda _, source, day, selection: built.append(selection))
    restored = restore_marts(loaded, PLAN)
    assert restored.plan == RunPlan(SOURCE, DAY, "past")
    assert restored.lines() == [
        "The marts stand as of 2026-05-01; scores that had not passed their gate are withdrawn: 2026-05-20"
    ]
    assert built == [DAY, dbt.ACTIVATION_SELECTION]
