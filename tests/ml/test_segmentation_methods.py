"""The three methods: they find what is there, place new customers, survive a file, and are measured alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score
from skops.io import get_untrusted_types, loads

from ml.competition.results import CandidateFailed
from ml.configuration import load_configuration
from ml.data.sampling import sampled
from ml.estimators.segments.density import DensitySegments
from ml.estimators.segments.mixture import MixtureSegments
from ml.estimators.segments.model import GridSegments, KMeansSegments
from ml.jobs.segmentation.candidates import candidates, method_of
from ml.jobs.segmentation.configuration import PROFILE_COLUMNS, SegmentationConfiguration
from ml.jobs.segmentation.figures import Space, bootstrap_ari, monthly_ari, partition_figures
from ml.tracking.serialisation import model_content
from tests.ml.segmentation_blobs import blob_numbers, blobs

CONFIGURATION = load_configuration(SegmentationConfiguration, "segmentation")
MODELS = [
    KMeansSegments(PROFILE_COLUMNS, 4),
    MixtureSegments(PROFILE_COLUMNS, 4),
    DensitySegments(PROFILE_COLUMNS, 0.1),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)


@each_model
def test_new_customers_are_placed_with_their_kind(model):
    fitted, new = model.fit(blobs(0)), blobs(1)
    assert adjusted_rand_score(blob_numbers(new), fitted.predict(new)) > 0.99
    alone = [fitted.predict(new.iloc[[row]])[0] for row in range(10)]
    assert alone == fitted.predict(new)[:10].tolist()


@each_model
def test_a_whale_joins_the_big_spenders_and_is_marked(model):
    whale = pd.DataFrame([[10.0, 20.0, 1e9, 700.0]], columns=PROFILE_COLUMNS)
    rows = pd.concat([blobs(0), whale], ignore_index=True)
    without, fitted = model.fit(blobs(0)).positions(blobs(0)), model.fit(rows)
    label = fitted.positions(rows)
    assert adjusted_rand_score(without, label[:-1]) > 0.99
    assert label[-1] == label[np.flatnonzero(blob_numbers(blobs(0)) == 0)[0]]


@each_model
def test_a_stranger_is_placed_and_marked_untypical(model):
    fitted = model.fit(blobs(0))
    stranger = pd.DataFrame([[330.0, 30.0, 5000.0, 700.0]], columns=PROFILE_COLUMNS)
    assert fitted.typicality(stranger)[1].all()
    assert fitted.predict(stranger)[0] in fitted.segment_ids_
    assert fitted.typicality(blobs(1))[1].mean() < 0.1


@each_model
def test_a_model_survives_its_file(model):
    fitted = model.fit(blobs(0))
    content = model_content(fitted)
    again = loads(content, trusted=get_untrusted_types(data=content))
    assert (again.predict(blobs(1)) == fitted.predict(blobs(1))).all()
    assert np.array_equal(again.typicality(blobs(1))[1], fitted.typicality(blobs(1))[1])
    assert np.allclose(again.log_profiles(), fitted.log_profiles())


def test_a_version_registered_before_cuts_were_kept_still_scores():
    fitted = KMeansSegments(PROFILE_COLUMNS, 4).fit(blobs(0))
    expected = fitted.log_profiles()
    del fitted.distance_cuts_, fitted.profile_means_
    distance, is_untypical = fitted.typicality(blobs(1))
    assert is_untypical is None
    assert (distance >= 0).all()
    assert np.allclose(fitted.log_profiles(), expected)


def test_hdbscan_measures_its_noise_and_its_approximation():
    random = np.random.default_rng(3)
    scattered = pd.DataFrame(np.exp(random.uniform(1, 8, (40, 4))), columns=PROFILE_COLUMNS)
    model = DensitySegments(PROFILE_COLUMNS, 0.1).fit(pd.concat([blobs(0), scattered], ignore_index=True))
    assert 0.03 < model.noise_share_ < 0.15
    assert model.assignment_agreement_ > 0.99
    assert model.typicality(scattered)[1].mean() > 0.5


def test_hdbscan_refuses_one_cloud():
    random = np.random.default_rng(0)
    cloud = pd.DataFrame(np.exp(random.normal(4, 0.5, (300, 4))), columns=PROFILE_COLUMNS)
    with pytest.raises(CandidateFailed, match="at least 2 are needed"):
        DensitySegments(PROFILE_COLUMNS, 0.2).fit(cloud)


def test_bootstrap_tells_stable_segments_from_arbitrary_ones():
    cloud = pd.DataFrame(np.exp(np.random.default_rng(0).normal(4, 0.5, (400, 4))), columns=PROFILE_COLUMNS)
    model = KMeansSegments(PROFILE_COLUMNS, 4)
    clear = bootstrap_ari(model.fit(blobs(0)), blobs(0), CONFIGURATION)
    arbitrary = bootstrap_ari(model.fit(cloud), cloud, CONFIGURATION)
    assert clear["stability_ari"] > 0.99
    assert arbitrary["stability_ari"] < 0.8
    assert clear["stability_ari_error"] < 0.01 < arbitrary["stability_ari_error"]


def test_months_part_a_changed_model_from_customers_who_moved():
    """The second month has the same four kinds, and half of the customers are of another kind than before."""
    model = KMeansSegments(PROFILE_COLUMNS, 4)
    first = blobs(0)
    shuffled = np.arange(len(first))
    shuffled[:200] = np.random.default_rng(1).permutation(200)
    second = first.iloc[shuffled].set_axis(first.index)
    same = monthly_ari(model, [first, first], CONFIGURATION)
    assert same == {"monthly_model_ari": pytest.approx(1), "monthly_membership_ari": pytest.approx(1)}
    moved = monthly_ari(model, [first, second], CONFIGURATION)
    assert moved["monthly_model_ari"] > 0.99
    assert moved["monthly_membership_ari"] < 0.6
    assert all(np.isnan(value) for value in monthly_ari(model, [first], CONFIGURATION).values())


def test_months_without_segments_agree_with_nothing():
    cloud = pd.DataFrame(np.exp(np.random.default_rng(0).normal(4, 0.5, (300, 4))), columns=PROFILE_COLUMNS)
    figures = monthly_ari(DensitySegments(PROFILE_COLUMNS, 0.2), [cloud, cloud], CONFIGURATION)
    assert set(figures.values()) == {0.0}


def test_figures_of_a_clear_partition():
    model = MixtureSegments(PROFILE_COLUMNS, 4).fit(blobs(0))
    figures = partition_figures(model, blobs(0), Space.of(model.scaled(blobs(0)), CONFIGURATION))
    assert figures["silhouette"] > 0.8
    assert figures["smallest_share"] == figures["largest_share"] == pytest.approx(0.25)
    assert (figures["noise_share"], figures["assignment_agreement_share"]) == (0, 1)


def test_silhouette_is_that_of_another_library():
    points = np.random.default_rng(1).normal(size=(200, 3))
    label = np.arange(200) % 3
    label[7] = 3  # alone in its segment
    space = Space(points, np.arange(0, 200, 2))
    assert space.silhouette(label) == pytest.approx(silhouette_score(points[::2], label[::2]), rel=1e-12)
    label[0] = 3
    assert Space(points, np.arange(200)).silhouette(label) == pytest.approx(silhouette_score(points, label), rel=1e-12)
    assert np.isnan(space.silhouette(np.zeros(200, dtype=int)))


def test_every_method_with_every_setting_competes_once():
    named = [candidate.name for candidate in candidates(CONFIGURATION, PROFILE_COLUMNS, largest_count=4)]
    assert len(set(named)) == len(named) == 1 + 3 + 3 + 4
    assert [method_of(name) for name in named[:2]] == ["recency_value_grid", "k_means"]
    assert "hdbscan_2pct_eom" in named


def test_grid_sends_a_cell_unknown_at_fitting_to_the_nearest_segment():
    rows = blobs(0)
    model = GridSegments(PROFILE_COLUMNS).fit(rows[blob_numbers(rows) < 2])
    assert set(model.positions(rows)) <= set(range(len(model.centers_)))


def test_samples_are_seeded_and_keep_the_order():
    rows = pd.DataFrame({"number": range(1000)})
    drawn = sampled(rows, 100, seed=1)
    assert len(drawn) == 100
    assert drawn.index.is_monotonic_increasing
    pd.testing.assert_frame_equal(drawn, sampled(rows, 100, seed=1))
    assert not drawn.equals(sampled(rows, 100, seed=2))
    assert sampled(rows, 1000, seed=1) is rows
