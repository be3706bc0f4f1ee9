"""Whatever a model weighs, no reason is against common sense, and no two contradict each other."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from ml.contributions.scales import Contributions
from ml.explanations.reasons import worded
from warehouse.jobs.registry import job_spec
from warehouse.jobs.spec import Directions
from warehouse.tables.features import declared_features

RISK, VALUE = job_spec("churn").reasons, job_spec("clv").reasons
NOW = "days_since_last_order"
NUMBER = r"(-?[\d,]+(?:\.\d+)?)%?"
# The ledger: what a marketer would not say of somebody who stays, and of somebody who leaves.
GOOD_NEWS_IS_MORE = ("order line", "product", "visit event", "spent", "bought for", "per order", "per repeat", "rating")
BAD_NEWS_IS_MORE = ("last visit", "returned")
NO_GOOD_NEWS = ("no ", "not ", "0 ", "silent")


def told(features: dict, parts: dict, directions: Directions = RISK) -> list[str]:
    """The reasons of each customer."""
    values = pd.DataFrame({name: parts.get(name, np.zeros(len(next(iter(features.values()))))) for name in features})
    score = values.sum(axis=1).to_numpy()
    frame = pd.DataFrame(features).astype({name: float for name in features if name != "country"})
    return worded(Contributions(values, 0.0, score, "shapley"), frame, directions)["reasons"].tolist()


def some_customers(count: int = 1000) -> pd.DataFrame:
    """Histories that are possible, with every feature of customers; a third have one order."""
    random = np.random.default_rng(5)
    repeats = np.where(random.random(count) < 1 / 3, 0, random.geometric(0.3, count))
    gap, away = random.gamma(2, 30, count).round(1) + 1, random.integers(1, 365, count)
    made: dict[str, object] = {name: random.integers(0, 9, count) for name in declared_features("customers")}
    made |= {
        "repeat_order_count": repeats,
        "order_day_count": repeats + 1,
        "order_count": repeats + 1 + (random.random(count) < 0.05),
        NOW: away,
        "mean_order_gap_days": np.where(repeats > 0, gap, np.nan),
        "order_gap_ratio": np.where(repeats > 0, away / gap, np.nan),
        "days_since_last_event": np.where(random.random(count) < 0.3, np.nan, random.integers(1, 200, count)),
        "mean_rating": np.where(random.random(count) < 0.6, np.nan, random.integers(1, 6, count)),
        "age_years": random.integers(18, 80, count),
        "net_amount": random.gamma(1, 100, count).round(2) - 5,
        "country": random.choice(["NL", "BE", "unknown"], count),
    }
    for days in (30, 90, 180, 365):
        made[f"order_count_{days}d"] = np.where(away > days, 0, random.binomial(repeats + 1, days / 400))
    frame = pd.DataFrame(made)
    texts = [name for name, feature in declared_features("customers").items() if feature.is_text]
    return frame.astype({name: str if name in texts else float for name in frame})


@pytest.fixture(scope="module", params=["churn", "clv"])
def spoken(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, pd.DataFrame, Directions]:
    """Customers, what a model that weighs at random says of them, and its directions."""
    customers, directions = some_customers(), job_spec(request.param).reasons
    parts = np.random.default_rng(8).standard_t(2, customers.shape)
    values = pd.DataFrame(parts, columns=customers.columns)
    found = worded(Contributions(values, 0.0, parts.sum(axis=1), "shapley"), customers, directions)
    return customers, found, directions


def sentences(found: pd.DataFrame, directions: Directions):
    """Row, whether it speaks of staying, the words: of every reason."""
    stays = directions.lowers if directions.higher_means == "leaving" else directions.raises
    for row, text in enumerate(found["reasons"]):
        for sentence in text.split("; "):
            if ": " in sentence:
                start, _, words = sentence.partition(": ")
                yield row, f"{start}:" == stays, words


def test_no_comparison_says_the_opposite_of_its_reason(spoken):
    _, found, directions = spoken
    compared = 0
    for _, stays, words in sentences(found, directions):
        numbers = re.search(rf"{NUMBER}[^(]*\(typical {NUMBER}\)", words)
        if numbers is None:
            continue
        value, typical = (float(number.replace(",", "")) for number in numbers.groups())
        assert value != typical, words
        if any(word in words for word in BAD_NEWS_IS_MORE):
            assert (value < typical) == stays, words
            compared += 1
        elif any(word in words for word in GOOD_NEWS_IS_MORE):
            assert (value > typical) == stays, words
            compared += 1
    assert compared > 100


def test_who_is_silent_or_unknown_is_no_good_news(spoken):
    customers, found, directions = spoken
    median, seen = customers[NOW].median(), 0
    for row, stays, words in sentences(found, directions):
        if not stays:
            continue
        assert not words.startswith(NO_GOOD_NEWS), words
        if "ago" in words and "order" in words:
            seen += 1
            gap = customers["mean_order_gap_days"][row]
            longest = median if np.isnan(gap) else 1.5 * gap
            assert customers[NOW][row] <= longest, words
    assert seen > 20


def test_a_regular_who_has_just_bought_is_no_bad_news(spoken):
    customers, found, directions = spoken
    typical = customers.median(numeric_only=True)
    for row, stays, words in sentences(found, directions):
        of = customers.loc[row]
        in_rhythm = of[NOW] < of["mean_order_gap_days"] < typical["mean_order_gap_days"] and of[NOW] < typical[NOW]
        if in_rhythm and of["order_count_365d"] > typical["order_count_365d"] and not stays:
            assert not re.search(r"orders? (every|only every|in the last)", words), words


def test_orders_are_spoken_of_once_and_truly(spoken):
    customers, found, directions = spoken
    for text in found["reasons"]:
        about = [
            sentence for sentence in text.split("; ") if re.search(r"every|silent|order \d+ days? ago|ago", sentence)
        ]
        assert len([sentence for sentence in about if "visit" not in sentence]) <= 1, text
    for row, _, words in sentences(found, directions):
        of = customers.loc[row]
        if number := re.search(r"(?:silent for|the last|one order,) (\d+) days?(?: ago|,|$)", words):
            assert int(number[1]) == of[NOW], words
        if number := re.search(r"orders? (?:only )?every ([\d.]+) days?", words):
            assert float(number[1]) == pytest.approx(of["mean_order_gap_days"], abs=0.51), words
        if words.startswith("one order"):
            assert of["order_count"] == 1
        if number := re.search(r"(\d+) orders? in the last year", words):
            assert int(number[1]) == of["order_count_365d"], words


def test_codes_name_a_feature_that_says_what_the_words_say(spoken):
    _, found, directions = spoken
    for codes in found["reason_codes"]:
        for code in json.loads(codes):
            feature = declared_features("customers")[code["feature"]]
            if feature.more_means is None or code["value"] is None or feature.usual:
                continue
            is_more = code["value"] > code["typical"]
            meaning = (
                feature.more_means if is_more else {"staying": "leaving", "leaving": "staying"}[feature.more_means]
            )
            assert (meaning == directions.higher_means) == (code["topic_contribution"] > 0), code


BUYERS = {
    NOW: [40, 5, 40, 200, 60, 45],
    "mean_order_gap_days": [14, 12, np.nan, np.nan, 90, 30],
    "order_gap_ratio": [40 / 14, 5 / 12, np.nan, np.nan, 60 / 90, 1.5],
    "order_count": [9, 9, 1, 1, 3, 5],
    "order_count_365d": [8, 8, 1, 1, 3, 4],
    "net_amount_365d": [450.0, 450.0, 20.0, 20.0, 99.5, 120.0],
}


def moved(by: float) -> dict[str, list[float]]:
    return {NOW: [by] * 6, "order_count_365d": [by / 2] * 6}


def test_words_fit_the_customers_own_values():
    assert told(BUYERS, moved(1.0)) == [
        "raises risk: orders every 14 days, silent for 40 days",
        "no simple reason",  # in rhythm, and still at risk
        "raises risk: one order, 40 days ago",
        "raises risk: one order, 200 days ago",
        "raises risk: orders only every 90 days, the last 60 days ago",
        "raises risk: orders every 30 days, silent for 45 days",
    ]
    assert told(BUYERS, moved(-1.0)) == [
        "no simple reason",  # silent for three times as long as ever
        "lowers risk: orders every 12 days, the last 5 days ago, 8 orders in the last year",
        "no simple reason",  # one order, not lately
        "no simple reason",
        "no simple reason",  # seldom
        "no simple reason",  # later than usual
    ]


def test_what_was_spent_stands_beside_where_it_moves_the_value():
    parts = {NOW: [1.0] * 6, "net_amount_365d": [2.0] * 6}
    assert told(BUYERS, parts, VALUE)[1] == (
        "raises value: orders every 12 days, the last 5 days ago, 450 spent in the last year"
    )


def test_who_is_like_the_typical_customer_in_it_has_no_reason_in_it():
    features = {"distinct_product_count": [3, 3, 3, 9], "country": ["NL", "NL", "BE", "NL"]}
    parts = {"distinct_product_count": [-1.0, 0, 0, -1.0], "country": [0, -1.0, -1.0, 0]}
    assert told(features, parts) == [
        "no simple reason",
        "no simple reason",
        "lowers risk: lives in BE (most in NL)",
        "lowers risk: 9 different products so far (typical 3)",
    ]


def test_a_contract_that_its_term_moves_against_sense_says_what_it_shares_with_others():
    contracts = job_spec("contract_churn").reasons
    features = {"term_months": [1, 12, 12, 12, np.nan], "months_to_term_end": [1, 1, 9, 10, np.nan]}
    parts = {"term_months": [-0.3, 0.0, 0.0, -0.3, -0.3], "months_to_term_end": [0.0, 0.8, -0.9, 0.0, 0.0]}
    assert told(features, parts, contracts) == [
        "as others of this term: month-to-month contract",
        "raises risk: one-year contract, its term ends in 1 month",
        "lowers risk: one-year contract, its term ends in 9 months",
        "lowers risk: one-year contract, its term ends in 10 months",
        "no simple reason",
    ]


def test_a_job_without_a_meaning_of_its_score_expects_no_direction():
    features, parts = {"distinct_product_count": [3, 3, 9]}, {"distinct_product_count": [0, 0, 1.0]}
    either = Directions(raises="because:", lowers="although:")
    assert told(features, parts, either)[2] == "because: 9 different products so far (typical 3)"
    assert told(features, parts)[2] == "no simple reason"
