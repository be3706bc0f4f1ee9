"""What an interruption left unfinished is named, and finished or ended, as the person chooses."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from services.left_over import END, FINISH, LeftOver, chosen, end_begun, end_not_begun, left_over, to_end, told
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings

BUILDS = LeftOver("build_marts", "asset__1", "shop-1")
ASKS = LeftOver("train_models", "asset__2", "shop-0", asks_somebody=True)
BEGINS = LeftOver("score_customers", "", "shop-2")


class Api:
    """Remembers what is ended; the run that is yet to begin is there from the second look on."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str]] = []
        self.looks = 0

    def end_run(self, dag_id: str, run_id: str) -> None:
        self.ended.append((dag_id, run_id))

    def runs_of_partition(self, dag_id: str, partition_key: str) -> list[dict[str, str]]:
        assert (dag_id, partition_key) == ("score_customers", "shop-2")
        self.looks += 1
        return [{"dag_run_id": "asset__3"}] if self.looks > 1 else []


@pytest.fixture
def interrupted(settings: Settings) -> Settings:
    """Airflow's database as a kill leaves it, as far as it is looked at."""
    settings.airflow_home.mkdir(parents=True)
    with closing(sqlite3.connect(settings.airflow_home / "airflow.db")) as database:
        database.executescript(
            """
            create table dag_run (dag_id, run_id, partition_key, state, queued_at);
            create table task_instance (dag_id, run_id, state);
            create table asset_partition_dag_run (id, target_dag_id, partition_key, created_dag_run_id);
            insert into dag_run values
                ('ingest_sources', 'manual__0', null, 'success', 0),
                ('build_marts', 'asset__1', 'shop-1', 'running', 2),
                ('train_models', 'asset__2', 'shop-0', 'running', 1);
            insert into task_instance values
                ('train_models', 'asset__2', 'awaiting_input'), ('build_marts', 'asset__1', 'running');
            insert into asset_partition_dag_run values
                (1, 'train_models', 'shop-0', 7), (2, 'score_customers', 'shop-2', null);
            """
        )
    return settings


def test_before_the_first_start_there_is_nothing(settings: Settings) -> None:
    assert left_over(settings) == []


def test_unfinished_runs_and_those_yet_to_begin_are_found(interrupted: Settings) -> None:
    assert left_over(interrupted) == [ASKS, BUILDS, BEGINS]


def test_each_is_named_with_what_becomes_of_it() -> None:
    found = [ASKS, BUILDS, BEGINS]
    lines = "\n".join(told(found, END))
    assert lines.index("ended now (LEFT_OVER=finish") < lines.index("build_marts of shop-1")
    assert lines.index("goes on now:") < lines.index("train_models of shop-0, which waits for your answer")
    assert "ended" not in "\n".join(told(found, FINISH)).replace("would end it", "")
    assert list(told([], END)) == []


def test_the_ones_to_end_are_ended_whether_or_not_they_have_begun() -> None:
    api = Api()
    ended = to_end([ASKS, BUILDS, BEGINS], END)
    end_begun(api, ended)
    assert api.ended == [("build_marts", "asset__1")]
    end_not_begun(api, ended, pause=lambda _: None)
    assert api.ended[1:] == [("score_customers", "asset__3")]
    assert to_end([BUILDS], FINISH) == []


def test_a_choice_that_is_none_is_refused() -> None:
    assert (chosen("", END), chosen(" Finish", END)) == (END, FINISH)
    with pytest.raises(ClienteleError, match="LEFT_OVER='perhaps'"):
        chosen("perhaps", END)
