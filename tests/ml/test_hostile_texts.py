"""Texts that quote a file's values are no markup in model cards, in questions to people and in reports."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ml.backtest.report import as_markdown
from ml.competition.results import Candidate, Check, Competition, Decision, Result
from ml.explanations.fairness import TABLE_COLUMNS
from ml.explanations.model_card import CardContent, model_card
from ml.jobs.registry import load_job
from ml.lifecycle.approval import Candidacy
from ml.lifecycle.approval_question import body
from ml.tracking import RegisteredVersion
from ml.tracking.descriptions import describe_version
from ml.tracking.versions import Figures
from tests.hostile_values import HOSTILE, Page, shown_as_html

VERSION = RegisteredVersion("crm_churn", "3", "run", "model", "files", date(2026, 6, 30), (), Figures("auc", 1, "r", 1))
OURS = {"h1", "h2", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td", "code"}


def competition_of(value: str) -> Competition:
    """A competition with the value wherever a file's value or an error that quotes one may stand."""
    decision = Decision("promoted", value, "model", "model", "rule", "auc", 1, 1, None, (Check(value, True, value),))
    result = Result(Candidate("model", False, None), {"auc": 0.5}, np.zeros(1))
    return Competition(
        results=(result,),
        decision=decision,
        columns=(value,),
        dropped_columns={value: value},
        failures={"other": value},
        example=pd.DataFrame(),
        figures={},
    )


def card(value: str) -> str:
    competition = competition_of(value)
    row = dict.fromkeys(TABLE_COLUMNS, None) | {"group_column": "country", "group_value": value, "customer_count": 30}
    groups = pd.DataFrame([row | {"metric_name": "auc", "metric_value": 0.5}])
    content = CardContent({"content": value}, groups, groups, {value: 0.5}, "permutation", "", {"Notes": {value: 1.0}})
    return model_card(load_job("churn"), competition, competition.results[0], VERSION, content)


def question(value: str) -> str:
    report = {"checks": [{"name": value, "detail": value}], "candidates": {}}
    return body(Candidacy("churn", VERSION, None, report), answer_within="12 hours")


def backtest(value: str) -> str:
    return as_markdown("churn", [[["origin", "model"], ["2026-01-01", f"refused: {value}"]]], [value])


def description(value: str) -> str:
    """What MLflow shows of a version; our own link to the whole card apart."""
    told: list[str] = []
    client = SimpleNamespace(update_model_version=lambda *words: told.append(words[-1]))
    server = SimpleNamespace(client=lambda: nullcontext(client))
    describe_version(server, "1", VERSION, card(value))
    return told[0].partition("\n\n")[2]


@pytest.mark.parametrize("page", [card, question, backtest, description])
@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_text(page, value: str) -> None:
    for shown, harmless in zip(shown_as_html(page(value)), shown_as_html(page("harmless")), strict=True):
        assert shown.tags == harmless.tags <= OURS
        assert not shown.dangers
        assert shown.text.count(value) == harmless.text.count("harmless") >= 2
        assert structure(shown) == structure(harmless)


def structure(page: Page) -> list[int]:
    """How many of each tag there are."""
    return [page.html.count(f"<{tag}") for tag in sorted(page.tags)]
