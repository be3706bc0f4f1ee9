"""Segmentation: the rule for the number, lasting ids, names, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ml.competition import Refused
from ml.configuration import SegmentationConfiguration, load_configuration
from ml.features import model_frame
from ml.segmentation.job import SegmentationJob
from ml.segmentation.matching import matched_ids
from ml.segmentation.model import KMeansSegments
from ml.segmentation.naming import PROFILE_COLUMNS, name_segments
from ml.segmentation.selection import choose_segment_count
from ml.snapshots import eligible

CONFIGURATION = load_configuration(SegmentationConfiguration, "segmentation")
JOB = SegmentationJob()


def evidence(rows: dict[int, tuple[float, float, float]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=["silhouette", "stability_ari", "smallest_share"])


def test_two_segments_never_serve_however_good_they_look():
    choice = choose_segment_count(
        evidence({2: (0.6, 0.99, 0.4), 3: (0.3, 0.9, 0.2), 4: (0.1, 0.9, 0.2)}), CONFIGURATION
    )
    assert (choice.segment_count, choice.is_sound) == (3, True)


def test_finest_that_is_stable_large_enough_and_nearly_the_best():
    rows = {3: (0.40, 0.95, 0.3), 4: (0.38, 0.9, 0.2), 5: (0.37, 0.5, 0.2), 6: (0.36, 0.9, 0.001), 7: (0.2, 0.9, 0.1)}
    assert choose_segment_count(evidence(rows), CONFIGURATION).segment_count == 4


def test_unstable_segments_are_not_sound():
    choice = choose_segment_count(evidence({3: (0.4, 0.3, 0.3), 4: (0.4, 0.5, 0.2)}), CONFIGURATION)
    assert (choice.segment_count, choice.is_sound) == (4, False)


def blobs(seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    centers = np.array([[10, 20, 5000, 700], [300, 1, 50, 320], [15, 2, 80, 30], [90, 6, 600, 600]])
    rows = np.concatenate([center * random.lognormal(0, 0.15, (100, 4)) for center in centers])
    return pd.DataFrame(rows[random.permutation(len(rows))], columns=PROFILE_COLUMNS)


def test_ids_last_from_fit_to_fit():
    former = KMeansSegments(PROFILE_COLUMNS, 4, seed=0).fit(blobs(0))
    former.segment_ids_ = np.array([7, 3, 9, 4])
    new = KMeansSegments(PROFILE_COLUMNS, 4, seed=99).fit(blobs(1))
    new.segment_ids_ = matched_ids(new, former)
    assert (new.predict(blobs(2)) == former.predict(blobs(2))).all()


def test_an_additional_segment_gets_an_id_never_used():
    former = KMeansSegments(PROFILE_COLUMNS, 3, seed=0).fit(blobs(0))
    new = KMeansSegments(PROFILE_COLUMNS, 4, seed=0).fit(blobs(0))
    assert sorted(matched_ids(new, former)) == [1, 2, 3, 4]
    other = KMeansSegments(PROFILE_COLUMNS[:2], 3, seed=0).fit(blobs(0))
    assert matched_ids(new, other) is None


def profile(recency: float, orders: float, spend: float, tenure: float, median_orders: float) -> dict[str, float]:
    return dict(zip(PROFILE_COLUMNS, (recency, orders, spend, tenure), strict=True)) | {
        "order_day_count__median": median_orders
    }


def test_names_say_what_a_marketer_would():
    profiles = pd.DataFrame(
        [
            profile(-1, 1.5, 1.6, 0.5, 14),
            profile(0.8, 0.9, 0.9, 0.5, 8),
            profile(-0.7, -1, -1, -2, 1),
            profile(0.9, -1, -0.9, 0, 1),
            profile(0.6, -0.4, -0.5, 0.1, 2),
        ],
        index=[1, 2, 3, 4, 5],
    )
    assert name_segments(profiles) == {
        1: "Loyal big spenders",
        2: "Big spenders slipping away",
        3: "New customers",
        4: "One-time buyers gone quiet",
        5: "Occasional buyers gone quiet",
    }


@pytest.mark.parametrize("count", [2, 3, 5])
def test_segments_of_one_kind_get_different_names(count: int):
    profiles = pd.DataFrame([profile(-1, 1, 1 + n, 0.5, 9) for n in range(count)], index=range(1, count + 1))
    names = name_segments(profiles)
    assert len(set(names.values())) == count
    assert names[count].startswith("Loyal big spenders, higher spend")


def test_competition_is_deterministic_and_names_are_unique(snapshots):
    first, second = JOB.compete(snapshots, None), JOB.compete(snapshots, None)
    assert first.decision == second.decision
    for result in first.results:
        assert (second.result(result.name).prediction == result.prediction).all()
        names = list(result.candidate.estimator.segment_names_.values())
        assert len(set(names)) == len(names)
    assert len({tuple(result.metrics) for result in first.results}) == 1


def test_model_of_the_same_data_as_the_champion_keeps_ids_and_names(snapshots):
    champion = JOB.compete(snapshots, None)
    serving = champion.result(champion.decision.contender).candidate.estimator
    serving.segment_ids_ = serving.segment_ids_ + 10
    serving.segment_names_ = {str(int(i) + 10): name for i, name in serving.segment_names_.items()}
    again = JOB.compete(snapshots, serving)
    chosen = again.result(again.decision.contender).candidate.estimator
    features = model_frame(eligible(snapshots.scoring))
    assert (chosen.predict(features) == serving.predict(features)).all()
    assert chosen.segment_names_ == serving.segment_names_
    assert again.champion_metrics["champion_agreement_ari"] == pytest.approx(1.0)


def test_scores_have_a_name_and_a_distance(snapshots):
    competition = JOB.compete(snapshots, None)
    rows = eligible(snapshots.scoring)
    estimator = competition.result("recency_value_grid").candidate.estimator
    scores = JOB.scores(estimator, model_frame(rows, competition.columns), rows)
    assert scores["segment_name"].notna().all()
    assert (scores["distance_to_center"] >= 0).all()
    assert scores.groupby("segment_id")["segment_name"].nunique().eq(1).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.iloc[:1], "Only 1 eligible customers"),
        (lambda rows: rows.assign(**dict.fromkeys(CONFIGURATION.columns, 5.0)), "fewer than two of the features"),
        (
            lambda rows: rows.assign(
                days_since_last_order=np.arange(len(rows)) % 2 * 90,
                order_day_count=np.arange(len(rows)) % 2 * 9,
                net_amount=1.0,
                tenure_days=9,
            ),
            "only 2 different behaviours",
        ),
    ],
)
def test_refusals_say_why(snapshots, change, words: str):
    with pytest.raises(Refused, match=words):
        JOB.check(replace(snapshots, scoring=change(snapshots.scoring).reset_index(drop=True)))
