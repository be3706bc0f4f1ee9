"""Why a model serves, on one screen: the words, the table, the picture, and the views that MLflow offers."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.parsers import expat

import pytest

from ml.competition.picture import competition_picture
from ml.competition.results import Check, Decision
from ml.competition.states import State
from ml.competition.why import Competitor, best_first, outcome_words, why
from ml.evaluation.bootstrap import Interval
from ml.tracking.saved_views import runs_address, save_competition_view, save_view_over_dates
from tests.hostile_values import HOSTILE
from warehouse.jobs.registry import job_spec

CHURN, NEXT_ORDER = job_spec("churn"), job_spec("next_order")
RULE = Competitor("recency_rule", True, False, {"roc_auc": 0.70, "brier": 0.21})
BOOSTING = Competitor("gradient_boosting", False, True, {"roc_auc": 0.82, "brier": 0.17}, Interval(0.12, 0.10, 0.14))
FOREST = Competitor("random_forest", False, False, {"roc_auc": 0.80, "brier": 0.18}, Interval(0.10, 0.08, 0.12))
BROKEN = Competitor("linear_svm", False, False, {"roc_auc": float("nan")})
ALL = [RULE, FOREST, BROKEN, BOOSTING]
DECISION = Decision(
    State.PROMOTED,
    "It passes.",
    "gradient_boosting",
    "gradient_boosting",
    "recency_rule",
    "roc_auc",
    0.82,
    0.70,
    None,
    (Check("beats the best rule", True, "+0.12"), Check("calibrated", False, "0.2, allowed 0.1")),
)


def cells(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without the lines below their heads."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [row for row in rows if not set("".join(row)) <= set("-|")]


def elements(picture: str | None) -> list[tuple[str, dict[str, str], str]]:
    """Tag, attributes and text of each element; an error where the picture is no XML."""
    found: list[list[Any]] = []
    reader = expat.ParserCreate()
    reader.StartElementHandler = lambda tag, given: found.append([tag, given, ""])

    def add(text: str) -> None:
        found[-1][2] += text

    reader.CharacterDataHandler = add
    reader.Parse(picture or "", True)
    return [(tag, given, text) for tag, given, text in found]


def test_the_page_says_who_serves_why_and_against_whom() -> None:
    text = why(CHURN, outcome_words(DECISION), ALL, DECISION)
    assert text.startswith(
        "**Promoted: gradient_boosting**, roc_auc 0.820 against 0.700 of the best rule, recency_rule."
    )
    head, *rows = cells(text)
    assert head[-1] == "gain over recency_rule (interval)"
    assert [row[0] for row in rows] == ["▶ gradient_boosting", "random_forest", "recency_rule (rule)", "linear_svm"]
    assert rows[0][1:3] == ["0.820", "0.170"]
    assert rows[0][-1] == "+0.120 (+0.100 to +0.140)"
    assert rows[3][1:3] == ["–", "–"]
    assert "- ✓ beats the best rule: +0.12\n- ✗ calibrated: 0.2, allowed 0.1" in text
    assert "`brier`: error of probabilities, Brier score (lower is better)" in text


def test_of_figures_where_less_is_better_the_lowest_comes_first() -> None:
    ones = [Competitor(name, False, False, {"crps_days": value}) for name, value in (("a", 3.0), ("b", 1.0))]
    assert [one.name for one in best_first(NEXT_ORDER, ones)] == ["b", "a"]


def test_questions_that_are_decided_apart_stand_apart_with_their_own_figures() -> None:
    ones = [
        Competitor("mean", True, False, {"pinball_loss": 0.2}, part="amount"),
        Competitor("bg_nbd", False, True, {"crps_days": 20.0}, part="date"),
    ]
    text = why(NEXT_ORDER, "Promoted.", ones)
    assert text.index("**Amount**") < text.index("mean (rule)") < text.index("**Date**") < text.index("▶ bg_nbd")
    assert [row[-1] for row in cells(text)] == ["pinball_loss", "0.200", "crps_days", "20.000"]


def test_a_crowd_is_cut_to_the_best_of_each_part_and_who_serves() -> None:
    crowd = [
        Competitor(f"way_{place}", False, place == 9, {"crps_days": float(place)}, part=part)
        for part in ("date", "week", "month")
        for place in range(10)
    ]
    names = [row[0] for row in cells(why(NEXT_ORDER, "", crowd)) if "way" in row[0]]
    assert names == ["way_0", "way_1", "way_2", "▶ way_9"] * 3


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_only_names(name: str) -> None:
    one = Competitor(name, False, True, {"roc_auc": 0.8}, Interval(0.1, 0.0, 0.2))
    picture = competition_picture(CHURN, [RULE, one], "recency_rule")
    assert picture is not None
    assert {tag for tag, _, _ in elements(picture)} == {"svg", "rect", "text", "line", "circle"}
    assert "<script" not in why(CHURN, "", [RULE, one])


def test_the_picture_places_by_figure_and_marks_rules_and_who_serves() -> None:
    found = elements(competition_picture(CHURN, ALL, "recency_rule"))
    dots = [(float(given["cx"]), given["fill"]) for tag, given, _ in found if tag == "circle"]
    assert [place for place, _ in dots] == sorted((place for place, _ in dots), reverse=True)
    assert dots[0][1] == dots[1][1] != dots[2][1]
    # 0.82, 0.80 and 0.70 on one scale.
    assert (dots[0][0] - dots[2][0]) / (dots[0][0] - dots[1][0]) == pytest.approx(6, rel=0.02)
    words = [text for tag, _, text in found if tag == "text"]
    assert "▶ gradient_boosting" in words
    assert "best rule: recency_rule 0.700" in words


def test_nothing_is_drawn_of_one_competitor() -> None:
    assert competition_picture(CHURN, [RULE, BROKEN], "recency_rule") is None


class Tags:
    """Stands for MLflow's client."""

    def __init__(self) -> None:
        self.set: dict[str, str] = {}

    def set_experiment_tag(self, _experiment_id: str, key: str, value: str) -> None:
        self.set[key] = value

    def state(self, key: str) -> dict[str, Any]:
        """A view as MLflow's page reads it."""
        view = json.loads(self.set[f"mlflow.sharedViewState.{key}"])
        assert view["name"]
        scheme, _, packed = view["state"].partition(";")
        assert scheme == "deflate"
        return json.loads(zlib.decompress(b64decode(packed)))


def test_views_sort_by_the_figure_that_ranks_and_show_the_others() -> None:
    tags: Any = Tags()
    save_competition_view(tags, "3", CHURN, "abc")
    save_view_over_dates(tags, "3", CHURN)
    state = tags.state("competition")
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`roc_auc`", False)
    assert state["searchFilter"] == "tags.`mlflow.parentRunId` = 'abc'"
    assert state["selectedColumns"][1:] == [f"metrics.`{name}`" for name in CHURN.figures]
    assert [chart["metricKey"] for chart in state["compareRunCharts"]] == list(CHURN.figures)
    assert {chart["type"] for chart in tags.state("over_dates")["compareRunCharts"]} == {"LINE"}
    save_competition_view(tags, "3", NEXT_ORDER, "abc")
    assert tags.state("competition")["orderByAsc"] is True
    assert max(len(value) for value in tags.set.values()) < 5000


def test_links_open_mlflow_in_its_mode_for_models() -> None:
    page = urlsplit(runs_address("3", "abc", CHURN).removeprefix("#"))
    assert page.path == "/experiments/3/runs"
    asked = parse_qs(page.query)
    assert asked["workflowType"] == ["machine_learning"]
    assert asked["searchFilter"] == ["tags.`mlflow.parentRunId` = 'abc'"]
    assert asked["orderByKey"] == ["metrics.`roc_auc`"]
