"""Model files: estimators that have moved since are found, types that are not ours are refused."""

from __future__ import annotations

import zipfile
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from skops.io import dump

from ml.estimators.baselines import StatusQuoSpend
from ml.estimators.intervals import SimilarPredictionInterval
from ml.estimators.lifetime_value import HorizonModel, LifetimeValueModel
from ml.estimators.segments.model import KMeansSegments
from ml.jobs.segmentation.configuration import PROFILE_COLUMNS
from ml.tracking.moved_types import MOVED
from ml.tracking.serialisation import load_model_file, model_content
from tests.ml.segmentation_blobs import blobs
from warehouse.base.errors import ModelUnavailable


def renamed(file: Path, names: dict[str, str]) -> Path:
    """A copy of a model file in which modules have other names."""
    copy = file.with_name("renamed.skops")
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(copy, "w") as taken:
        for entry in given.namelist():
            content = given.read(entry)
            for now, then in names.items():
                content = content.replace(f'"{now}"'.encode(), f'"{then}"'.encode())
            taken.writestr(entry, content)
    return copy


@pytest.fixture
def saved(tmp_path: Path) -> tuple[KMeansSegments, Path]:
    model = KMeansSegments(PROFILE_COLUMNS, 4).fit(blobs(0))
    dump(model, tmp_path / "model.skops")
    return model, tmp_path / "model.skops"


def test_a_model_of_an_earlier_release_still_serves(saved) -> None:
    model, file = saved
    then = renamed(file, {now: former for former, now in MOVED.items()})
    assert b"ml.segmentation.model" in zipfile.ZipFile(then).read("schema.json")
    assert np.array_equal(load_model_file(then).predict(blobs(1)), model.predict(blobs(1)))


def test_a_version_that_held_longer_horizons_serves_its_own(tmp_path: Path) -> None:
    """Until they became jobs they stood in the model of lifetime value, by the attribute `further`."""
    model = LifetimeValueModel(StatusQuoSpend(90), SimilarPredictionInterval(0.8, 10))
    held = HorizonModel()
    vars(held).update(
        horizon_days=180, amount=StatusQuoSpend(180), columns=("net_amount",), candidate="rule", reason=None
    )
    model.further = [held]
    dump(model, tmp_path / "model.skops")
    loaded = load_model_file(tmp_path / "model.skops")
    assert loaded.amount.horizon_days == 90
    assert loaded.further[0].amount.horizon_days == 180


@pytest.mark.parametrize("now", sorted(set(MOVED.values())))
def test_what_has_moved_is_where_it_is_said_to_be(now: str) -> None:
    import_module(now)


def test_a_type_that_is_not_ours_is_refused(saved, tmp_path: Path) -> None:
    _, file = saved
    foreign = renamed(file, {"ml.estimators.segments.model": "tests.ml.segmentation_blobs"})
    with pytest.raises(ModelUnavailable, match=r"do not load: tests\.ml\.segmentation_blobs\.KMeansSegments"):
        load_model_file(foreign)


class NotOurs(BaseEstimator):
    """A type of a module that is neither a room nor a job."""


def test_a_model_that_could_not_be_loaded_again_is_not_registered(saved) -> None:
    model, _ = saved
    assert model_content(model)
    with pytest.raises(ModelUnavailable, match=r"NotOurs contains types .*: tests\.ml\.test_serialisation\.NotOurs\."):
        model_content(NotOurs())
