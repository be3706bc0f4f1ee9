"""What a training leaves beside its models: pictures, cards, figures by group; and the reasons of the scores."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import duckdb
import mlflow
import numpy as np
import pandas as pd
import pytest

from ml.explanations.configuration import FairnessConfiguration
from ml.explanations.fairness import DIFFERENCE, EVERYONE, SMALL_GROUPS, fairness_figures
from ml.tracking import RegisteredVersion
from ml.tracking.descriptions import describe_version
from ml.tracking.versions import Figures
from tests.ml.synthetic_shop import AS_OF_DATE, SOURCE
from warehouse.base.markdown import plain

SETTINGS = FairnessConfiguration(
    minimum_customer_count=50, minimum_class_count=10, age_group_starts=(25, 45), group_columns=("gender", "country")
)


def holdout(count: int = 600) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Women churn more often; three countries are too small to be shown."""
    random = np.random.default_rng(5)
    gender = random.choice(["female", "male"], count)
    probability = np.clip(np.where(gender == "female", 0.7, 0.4) + random.normal(0, 0.15, count), 0.01, 0.99)
    rows = pd.DataFrame(
        {
            "gender": gender,
            "age_years": np.where(np.arange(count) % 10 == 0, np.nan, random.integers(18, 80, count)),
            "country": np.select(
                [np.arange(count) < 500, np.arange(count) < 530, np.arange(count) < 560], ["NL", "BE", "FR"], "LU"
            ),
        }
    )
    return rows, (random.random(count) < probability).astype(float), probability


def figures_of(rows: pd.DataFrame, actual: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    table = fairness_figures(rows, actual, probability, probability >= 0.7, is_probability=True, configuration=SETTINGS)
    return table.set_index(["group_column", "group_value", "metric_name"])["metric_value"]


def test_figures_by_group_are_those_of_the_group():
    rows, actual, probability = holdout()
    figures = figures_of(rows, actual, probability)
    women = (rows["gender"] == "female").to_numpy()
    assert figures["gender", "female", "actual_mean"] == pytest.approx(actual[women].mean())
    assert figures["gender", "female", "brier"] == pytest.approx(((actual - probability)[women] ** 2).mean())
    assert figures["gender", "male", "selection_rate"] == pytest.approx((probability[~women] >= 0.7).mean())
    assert figures["gender", EVERYONE, "predicted_mean"] == pytest.approx(probability.mean())
    gap = probability[women].mean() - probability[~women].mean()
    assert figures["gender", DIFFERENCE, "predicted_mean"] == pytest.approx(gap)


def test_small_groups_are_not_shown_alone():
    rows, actual, probability = holdout()
    table = fairness_figures(rows, actual, probability, probability > 1, is_probability=True, configuration=SETTINGS)
    countries = table[table["group_column"] == "country"]
    assert set(countries["group_value"]) == {EVERYONE, "NL", SMALL_GROUPS, DIFFERENCE}
    assert set(countries.loc[countries["group_value"] == SMALL_GROUPS, "customer_count"]) == {100}
    alone = rows.assign(country=np.where(np.arange(len(rows)) < 570, "NL", "LU"))
    table = fairness_figures(alone, actual, probability, probability > 1, is_probability=True, configuration=SETTINGS)
    assert set(table.loc[table["group_column"] == "country", "group_value"]) == {EVERYONE, "NL"}
    ages = set(table.loc[table["group_column"] == "age_group", "group_value"])
    assert ages == {EVERYONE, DIFFERENCE, "under 25", "25 to 44", "45 and over", "unknown"}


def test_one_outcome_only_has_no_rank_figure():
    rows, actual, probability = holdout()
    actual = np.where(rows["gender"] == "female", 1.0, actual)
    figures = figures_of(rows, actual, probability)
    assert np.isnan(figures["gender", "female", "roc_auc"])
    assert figures["gender", "male", "roc_auc"] > 0


def test_a_source_without_groups_has_no_figures():
    rows, actual, probability = holdout()
    bare = pd.DataFrame(index=rows.index, columns=["age_years", "gender", "country"])
    assert fairness_figures(bare, actual, probability, probability > 1, is_probability=True).empty


@pytest.mark.parametrize("job", ["churn", "clv"])
def test_training_leaves_pictures_a_card_and_figures(trained, tmp_path: Path, job: str):
    settings, outcomes = trained
    client = mlflow.MlflowClient(settings.tracking_uri, settings.tracking_uri)
    version = client.get_model_version_by_alias(f"crm_{job}", "champion")
    names = {file.path for file in client.list_artifacts(version.run_id, "explanations")}
    assert names == {f"explanations/{name}.png" for name in ("importance", "summary", "dependence")}
    card = Path(client.download_artifacts(version.run_id, "model_card.md", str(tmp_path))).read_text(encoding="utf-8")
    assert card.startswith(f"# crm_{job} version {version.version}: {outcomes[job].candidate}")
    for part in ("Decision", "Data", "Protocol", "Candidates", "Figures of this version", "By group", "Limits"):
        assert f"\n## {part}\n" in card
    assert plain(version.tags["decision_reason"]) in card
    assert "| content sha256 | " in card
    assert "| country | customers |" in card
    tables = [block.splitlines() for block in card.split("\n\n") if block.startswith("| ")]
    assert any("contribution" in lines[0] for lines in tables)
    for lines in tables:  # a heading breaks a table as a cell does
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1, lines[0]
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        rows = connection.execute(
            "select * from quality.model_fairness where model_name = ? and model_version = ?",
            [f"crm_{job}", version.version],
        ).df()
    assert set(rows["group_value"]) == {EVERYONE, DIFFERENCE, "NL", "BE"}
    assert set(rows["group_column"]) == {"country"}
    assert not rows.duplicated(["group_column", "group_value", "metric_name"]).any()


def test_a_card_too_long_for_its_page_is_shown_without_its_longest_sections():
    told: list[str] = []
    client = SimpleNamespace(update_model_version=lambda *words: told.append(words[-1]))
    version = RegisteredVersion("crm_churn", "3", "run", "rule", SOURCE, AS_OF_DATE, (), Figures())
    card = f"# Title\n\n## Decision\n\n{'d' * 1500}\n\n## Short\n\nsays it" + "".join(
        f"\n\n## Long {number}\n\n{'z' * 1400 * (1 + (number < 2))}" for number in range(3)
    )
    describe_version(SimpleNamespace(client=lambda: nullcontext(client)), "1", version, card)
    assert told[0].splitlines()[0] == (
        "[Model card](#/experiments/1/runs/run/artifacts/model_card.md), with what is left out here: Long 0, Long 1."
    )
    assert "## Short\n\nsays it" in told[0]
    assert told[0].count("z") == 1400
    assert "d" * 1500 in told[0]


@pytest.mark.parametrize(("job", "words"), [("churn", "risk:"), ("clv", "value:")])
def test_every_scored_customer_is_told_why(trained, job: str, words: str):
    settings, _ = trained
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        rows = connection.execute(f"select status, reasons, reason_codes from scores.customer_{job}").df()
    scored = rows[rows["status"] == "scored"]
    # Where a rule serves, half the customers may be alike: nobody is told an invented reason.
    assert scored["reasons"].str.contains(f"{words}|nothing stands out|no simple reason").all()
    assert scored["reasons"].str.contains(words).mean() > 0.2
    assert all(isinstance(json.loads(codes), list) for codes in scored["reason_codes"])
    assert rows.loc[rows["status"] != "scored", ["reasons", "reason_codes"]].isna().all().all()
    first = next(codes for codes in map(json.loads, scored["reason_codes"]) if codes)[0]
    assert set(first) >= {"feature", "value", "typical", "contribution"}
