"""Segmentation as a job: the rule for who serves, lasting ids, names, scores, refusals."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from ml.competition.results import Candidate, Refused
from ml.configuration import load_configuration
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.estimators.segments.claims import is_true
from ml.estimators.segments.mixture import MixtureSegments
from ml.estimators.segments.model import KMeansSegments
from ml.jobs.segmentation.configuration import PROFILE_COLUMNS, Naming, SegmentationConfiguration
from ml.jobs.segmentation.job import SegmentationJob
from ml.jobs.segmentation.matching import matched_ids
from ml.jobs.segmentation.naming import name_segments
from ml.jobs.segmentation.selection import choose
from tests.ml.segmentation_blobs import blobs

CONFIGURATION = load_configuration(SegmentationConfiguration, "segmentation")
NAMING = CONFIGURATION.naming
JOB = SegmentationJob()
# The same competition with few segments, starts and resamples: what is asked here does not turn on their number.
QUICK_CONFIGURATION = CONFIGURATION.model_copy(
    update={
        "k_means": CONFIGURATION.k_means.model_copy(update={"segment_counts": (3, 4), "start_count": 2}),
        "mixture": CONFIGURATION.mixture.model_copy(update={"segment_counts": (3, 4)}),
        "stability": CONFIGURATION.stability.model_copy(
            update={"repetition_count": 2, "month_count": 2, "resample_count": 300}
        ),
    }
)
QUICK = SegmentationJob(QUICK_CONFIGURATION)
SOUND = {
    "silhouette": 0.4,
    "stability_ari": 0.95,
    "stability_ari_error": 0.02,
    "monthly_model_ari": 0.8,
    "smallest_share": 0.2,
    "noise_share": 0.0,
}


def chosen(**candidates: dict[str, float]):
    rows = {name: {**SOUND, **figures} for name, figures in candidates.items()}
    return choose(pd.DataFrame.from_dict(rows, orient="index"), CONFIGURATION)


def test_two_segments_never_serve_however_good_they_look():
    choice = chosen(two={"segment_count": 2, "silhouette": 0.9}, three={"segment_count": 3, "silhouette": 0.3})
    assert (choice.name, choice.is_sound) == ("three", True)


def test_finest_that_is_sound_and_nearly_the_best_serves_whatever_its_method():
    choice = chosen(
        three={"segment_count": 3, "silhouette": 0.40},
        four={"segment_count": 4, "silhouette": 0.38},
        mixture_four={"segment_count": 4, "silhouette": 0.39},
        unstable={"segment_count": 5, "stability_ari": 0.5},
        lucky={"segment_count": 5, "stability_ari": 0.86, "stability_ari_error": 0.03},
        changing={"segment_count": 5, "monthly_model_ari": 0.2},
        tiny={"segment_count": 6, "smallest_share": 0.001},
        noisy={"segment_count": 6, "noise_share": 0.4},
        blurred={"segment_count": 7, "silhouette": 0.2},
    )
    assert (choice.name, choice.is_sound) == ("mixture_four", True)
    assert "of 4 sound candidates" in choice.reason


def test_without_months_to_compare_the_months_do_not_count():
    choice = chosen(three={"segment_count": 3, "monthly_model_ari": float("nan")})
    assert choice.is_sound
    assert "no months to compare" in choice.reason


def test_unsound_segments_are_offered_with_what_is_wrong_with_them():
    choice = chosen(
        three={"segment_count": 3, "stability_ari": 0.3},
        four={"segment_count": 4, "stability_ari": 0.5, "noise_share": 0.4},
    )
    assert (choice.name, choice.is_sound) == ("four", False)
    assert "unstable (ARI 0.50" in choice.reason
    assert "40% of the customers left out" in choice.reason


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


def test_a_segment_far_from_all_former_ones_gets_an_id_never_used():
    former = KMeansSegments(PROFILE_COLUMNS, 4, seed=0).fit(blobs(0))
    moved = blobs(0).assign(net_amount=lambda rows: rows["net_amount"] ** 2)
    new = KMeansSegments(PROFILE_COLUMNS, 4, seed=0).fit(moved)
    assert sorted(matched_ids(new, former)) == [1, 2, 3, 4]
    assert matched_ids(new, former, maximum_distance=0.5).max() > 4


def test_ids_last_from_method_to_method():
    former = KMeansSegments(PROFILE_COLUMNS, 4, seed=0).fit(blobs(0))
    former.segment_ids_ = np.array([7, 3, 9, 4])
    new = MixtureSegments(PROFILE_COLUMNS, 4, seed=5).fit(blobs(1))
    new.segment_ids_ = matched_ids(new, former, CONFIGURATION.maximum_match_distance)
    assert (new.predict(blobs(2)) == former.predict(blobs(2))).mean() > 0.99


def customers(count: int, days: float, orders: float, spend: float, tenure: float) -> pd.DataFrame:
    return pd.DataFrame([dict(zip(PROFILE_COLUMNS, (days, orders, spend, tenure), strict=True))] * count)


def named(*segments: pd.DataFrame) -> dict[int, str]:
    """The names of segments, which are numbered from 1."""
    ids = np.repeat(np.arange(1, len(segments) + 1), [len(rows) for rows in segments])
    return {number: one.name for number, one in name_segments([(pd.concat(segments), ids)], NAMING).items()}


def test_names_say_what_a_marketer_would():
    assert named(
        customers(10, 10, 14, 2000, 500),
        customers(40, 150, 8, 300, 500),
        customers(40, 20, 2, 50, 40),
        customers(40, 200, 1, 20, 300),
        customers(40, 90, 2, 40, 300),
    ) == {
        1: "Loyal big spenders",
        2: "Regulars slipping away",
        3: "New customers",
        4: "One-time buyers gone quiet",
        5: "Occasional buyers gone quiet",
    }


def test_a_name_that_is_false_for_many_gives_way_to_a_softer_one():
    quiet = customers(70, 200, 1, 20, 300)
    assert named(quiet)[1] == "One-time buyers gone quiet"
    assert named(pd.concat([quiet, customers(30, 200, 2, 20, 300)]))[1] == "Occasional buyers gone quiet"
    assert named(pd.concat([quiet, customers(30, 200, 9, 20, 300)]))[1] == "Customers gone quiet"
    assert named(pd.concat([quiet, customers(30, 2, 1, 20, 300)]))[1] == "One-time buyers"


def test_a_name_has_to_be_true_in_earlier_months_too():
    now, before = customers(50, 10, 3, 50, 100), customers(50, 10, 3, 50, 400)
    ones = np.ones(50, dtype=int)
    assert name_segments([(now, ones)], NAMING)[1].name == "New customers"
    both_months = name_segments([(now, ones), (before, ones)], NAMING)
    assert (both_months[1].name, both_months[1].true_share) == ("Active repeat buyers", 1.0)


def test_the_share_of_whom_a_name_is_true_is_told_with_its_claim():
    rows = pd.concat([customers(9, 200, 1, 20, 300), customers(1, 200, 5, 20, 300)])
    one = name_segments([(rows, np.full(10, 7))], NAMING)[7]
    assert (one.name, one.true_share) == ("One-time buyers gone quiet", 0.9)
    assert is_true(one.claim, rows).tolist() == [True] * 9 + [False]


def test_segments_of_one_kind_get_different_names_that_are_true():
    spends = (1000, 3000, 9000)
    names = named(customers(400, 100, 2, 10, 300), *(customers(20, 10, 9, spend, 500) for spend in spends))
    assert [names[number] for number in (2, 3, 4)] == [
        "Loyal big spenders, lower spend",
        "Loyal big spenders, medium spend",
        "Loyal big spenders, higher spend",
    ]


def test_segments_that_no_word_tells_apart_are_numbered():
    """Their medians differ, and many members of each lie on the other's side."""
    rows = [pd.concat([customers(60, 10, 9, spend, 500), customers(40, 10, 9, 1000, 500)]) for spend in (999, 1001)]
    assert list(named(*rows).values()) == ["Loyal customers, group 1", "Loyal customers, group 2"]
    assert len(set(named(*(customers(9, 10, 9, spend, 500) for spend in range(1, 6))).values())) == 5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rules: rules["kinds"].pop(), "must have no words"),
        (lambda rules: rules["words"]["new"].update(shoe_size={"at_most": 1}), "unknown profile columns shoe_size"),
        (lambda rules: rules["words"].pop("quiet"), "words that claim nothing: quiet"),
        (lambda rules: rules["qualifiers"].pop("net_amount"), "every profile column needs its qualifiers"),
    ],
)
def test_a_naming_table_with_gaps_is_refused(change, words: str):
    rules = NAMING.model_dump()
    rules["kinds"] = [dict(kind) for kind in rules["kinds"]]
    change(rules)
    with pytest.raises(ValidationError, match=words):
        Naming.model_validate(rules)


@pytest.fixture(scope="module")
def competition(snapshots):
    return QUICK.compete(snapshots, None)


def test_competition_is_deterministic_and_names_are_unique(snapshots, competition):
    first, second = competition, QUICK.compete(snapshots, None)
    assert first.decision == second.decision
    for result in first.results:
        assert (second.result(result.name).prediction == result.prediction).all()
        names = list(result.candidate.estimator.segment_names_.values())
        assert len(set(names)) == len(names)
    assert len({tuple(result.metrics) for result in first.results}) == 1
    methods = {result.candidate.parameters["method"] for result in first.results}
    assert {"k_means", "mixture"} <= methods
    density = [name for name in [*first.failures, *(r.name for r in first.results)] if name.startswith("hdbscan")]
    assert len(density) == 4


def test_champion_is_judged_as_its_challengers_are(snapshots, competition):
    other = copy.deepcopy(competition.result("mixture_4"))
    again = QUICK.compete(snapshots, other.candidate)
    assert again.decision.champion_value == pytest.approx(other.metrics["silhouette"])


def test_a_large_shop_is_fitted_on_a_sample_and_scored_in_full(snapshots):
    job = SegmentationJob(QUICK_CONFIGURATION.model_copy(update={"maximum_fit_count": 200}))
    competition = job.compete(snapshots, None)
    rows = eligible(snapshots.scoring)
    assert {len(result.prediction) for result in competition.results} == {200}
    estimator = competition.result(competition.decision.contender).candidate.estimator
    assert len(job.scores(estimator, model_frame(rows, competition.columns), rows)) == len(rows) > 200


def test_a_short_history_has_no_months_and_can_be_segmented(snapshots):
    competition = QUICK.compete(replace(snapshots, training=snapshots.training.iloc[:0]), None)
    assert all(np.isnan(result.metrics["monthly_model_ari"]) for result in competition.results)
    assert competition.decision.verdict in {"promoted", "baseline_serves"}


def test_model_of_the_same_data_as_the_champion_keeps_ids_and_names(snapshots, competition):
    serving = copy.deepcopy(competition.result(competition.decision.contender).candidate.estimator)
    serving.segment_ids_ = serving.segment_ids_ + 10
    serving.segment_names_ = {str(int(i) + 10): name for i, name in serving.segment_names_.items()}
    again = QUICK.compete(snapshots, Candidate("champion", False, serving))
    chosen = again.result(again.decision.contender).candidate.estimator
    features = model_frame(eligible(snapshots.scoring))
    assert (chosen.predict(features) == serving.predict(features)).all()
    assert chosen.segment_names_ == serving.segment_names_
    assert again.champion_metrics["champion_agreement_ari"] == pytest.approx(1.0)


def test_scores_have_a_name_and_a_distance(snapshots, competition):
    rows = eligible(snapshots.scoring)
    estimator = competition.result("recency_value_grid").candidate.estimator
    scores = JOB.scores(estimator, model_frame(rows, competition.columns), rows)
    assert scores["segment_name"].notna().all()
    assert (scores["distance_to_center"] >= 0).all()
    assert 0 < scores["is_untypical"].mean() < 0.05
    assert scores.groupby("segment_id")["segment_name"].nunique().eq(1).all()
    assert scores.groupby("segment_id")["is_name_true"].mean().ge(NAMING.minimum_share).all()


def test_who_lapsed_and_who_has_no_purchase_has_a_segment_by_rule(snapshots):
    rows = snapshots.scoring.head(3).assign(is_eligible=[False, True, False])
    grouped = JOB.unscored(rows)
    assert grouped["segment_id"].tolist()[::2] == [0, 0]
    assert grouped["segment_name"].tolist()[::2] == ["Lapsed customers"] * 2
    assert grouped.iloc[1].isna().all(), "could be grouped by a model"
    never = JOB.unscored(pd.DataFrame({"customer_id": ["n"], "net_amount": 0}))
    assert never.iloc[0].tolist() == [-1, "Without a purchase", True]


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
