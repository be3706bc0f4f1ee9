"""The table of a model's states: all of it can be reached, and what is not in it is refused in words."""

from __future__ import annotations

from datetime import date
from itertools import product
from types import SimpleNamespace

import duckdb
import pytest

from ml.competition.states import FOLLOWING, LEAVE_ALL_AS_IT_IS, SERVING, State
from ml.lifecycle.decisions import DecisionRow, decision_row, insert_decision
from ml.tracking import Figures, RegisteredVersion
from warehouse.base.errors import ModelUnavailable
from warehouse.tables.quality_tables import create_quality_tables

DAY = date(2026, 7, 1)
JOB = SimpleNamespace(name="churn", model_name="crm_churn")
NEVER_WRITTEN = {State.TRAINED, State.APPROVED, State.WITHDRAWN}
MOVES = sorted((before, after) for before, following in FOLLOWING.items() for after in following)


def decided(before: State, verdict: State) -> DecisionRow:
    version = RegisteredVersion("crm_churn", "3", "run", "boosting", "files", DAY, (), Figures(), state=before)
    run = SimpleNamespace(job=JOB, source="files", as_of_date=DAY, pipeline_run_id="r")
    return decision_row(run, verdict=verdict, reason="Why.", version=version)


def test_every_state_can_be_reached_and_all_but_the_first_have_one_before() -> None:
    reached, new = set(), {State.TRAINED}
    while new:
        reached |= new
        new = {after for before in new for after in FOLLOWING[before]} - reached
    assert reached == set(State) - LEAVE_ALL_AS_IT_IS == set(FOLLOWING)


@pytest.mark.parametrize(("before", "verdict"), [move for move in MOVES if move[1] not in NEVER_WRITTEN])
def test_what_is_in_the_table_is_written_with_its_value(before: State, verdict: State) -> None:
    with duckdb.connect() as connection:
        create_quality_tables(connection)
        insert_decision(connection, decided(before, verdict))
        written = connection.execute("select model_version, decision from quality.model_promotions").fetchall()
    assert written == [("3", verdict.value)]


def test_what_is_not_in_the_table_is_refused_in_words() -> None:
    others = set(product(FOLLOWING, State)) - set(MOVES) - {(state, state) for state in State}
    refused = {(before, after) for before, after in others if after not in LEAVE_ALL_AS_IT_IS}
    assert len(refused) > len(MOVES)
    for before, after in refused:
        with pytest.raises(ModelUnavailable, match="crm_churn version 3 cannot be"):
            decided(before, after)
    with pytest.raises(ModelUnavailable, match="version 3 cannot be promoted: it is awaiting approval"):
        decided(State.AWAITING_APPROVAL, State.PROMOTED)


def test_what_serves_goes_on_whatever_people_were_asked_about_it() -> None:
    for before, verdict in product(FOLLOWING, LEAVE_ALL_AS_IT_IS):
        assert decided(before, verdict).decision == verdict


def test_the_tag_in_mlflow_keeps_its_values() -> None:
    tags = {None: State.TRAINED, "awaiting": State.AWAITING_APPROVAL, "approved": State.APPROVED}
    tags |= {"rejected": State.REJECTED, "withdrawn": State.WITHDRAWN}
    assert {tag: State.of_tag(tag) for tag in tags} == tags
    assert [state.tag for tag, state in tags.items() if tag] == [tag for tag in tags if tag]


def test_only_what_people_let_serve_or_were_not_asked_about_may_serve() -> None:
    may = {state for state in FOLLOWING if FOLLOWING[state] & (SERVING - {State.ROLLED_BACK})}
    assert may == {State.TRAINED, State.APPROVED}
