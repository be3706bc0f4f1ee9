"""Hillstrom's e-mail test: on whom the women's e-mail works is learned from it, or the rule serves.

Published (Hillstrom 2008): 15.14 % of those with the women's e-mail visited the shop, 10.62 % without.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ml.configuration import load_configuration
from ml.data.campaign_rows import read_campaign_rows
from ml.jobs.choice import Choice
from ml.jobs.registry import load_batch_job
from ml.jobs.uplift.competition import choice_of, predict
from ml.jobs.uplift.configuration import UpliftConfiguration
from ml.jobs.uplift.folds import folds
from ml.jobs.uplift.job import VISITING
from tests.ml.uplift.hillstrom import AS_OF_DATE, emails


@pytest.fixture(scope="module")
def file(real_data: Path) -> Path:
    path = real_data / "hillstrom_email.parquet"
    if not path.exists():
        pytest.skip(f"no real data: {path.name} is absent")
    return path


@pytest.fixture(scope="module")
def visits(file: Path) -> Choice:
    """The competition for visits after the women's e-mail: each half of the customers predicted from the other."""
    settings = load_configuration(UpliftConfiguration, "uplift").model_copy(update={"fold_count": 2})
    data = read_campaign_rows(emails(file, "Womens E-Mail", "No E-Mail").connection, AS_OF_DATE)
    assert len(data.past) == 42_693
    predicted = predict(data, data.past, VISITING, folds(data.past, VISITING, settings), settings)
    return choice_of(predicted, VISITING, "visits", settings)


def test_the_effect_is_the_published_one(visits: Choice) -> None:
    assert visits.contender("random").figures["mean_effect"] == pytest.approx(0.1514 - 0.1062, abs=0.001)


def test_a_model_finds_on_whom_the_womens_email_works(visits: Choice) -> None:
    assert visits.verdict == "promoted", visits.reason
    rule = visits.contender("response_only").figures
    for name in (visits.serving, "class_transformation"):
        found = visits.contender(name).figures
        assert found["targeting_gain"] > 1.3 * rule["targeting_gain"]
        assert found["qini"] > 1.3 * rule["qini"]


def test_the_learned_action_does_not_serve_on_two_emails_alike(file: Path) -> None:
    """Both e-mails work on nearly everybody: to contact everybody with the better one is not beaten."""
    shop = emails(file, "Mens E-Mail", "Womens E-Mail", "No E-Mail", every=3)
    found = load_batch_job("next_best_action").results(shop.connection, AS_OF_DATE)
    choice = found.choices[0]
    assert (choice.serving, found.rows["is_serving"].any()) == ("rules", False), choice.reason
    rounds = found.documents["policies.json"]["all_rounds"]
    assert rounds["rules"]["contacted_share"] == 1
    assert rounds["rules"]["policy_value_amount"] > rounds["contact_nobody"]["policy_value_amount"]
