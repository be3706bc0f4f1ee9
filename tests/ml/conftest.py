"""A simulated shop, and one whose three jobs have been trained and scored with a real MLflow on SQLite."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ml.data.snapshots import Snapshots
from ml.environment import quiet_environment
from ml.lifecycle.scoring import score
from ml.lifecycle.training import TrainingOutcome, train
from tests.homes import made_once, with_tracking
from tests.ml.jobs import CUSTOMER_JOBS
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, SOURCE, shop_snapshots, write_marts
from tests.quick_models import FEWER_TREES, quick_models
from warehouse.base.settings import Settings
from warehouse.loading.ingest import ingest_source
from warehouse.marts.build import build_marts
from warehouse.runs.planning import plan_run

# What is enough for the six hundred customers of the simulated shop.
_OF_SIX_HUNDRED = {
    "churn": {"calibration": {"fold_count": 2}},
    "lifetime_value": {"calibration": {"fold_count": 2}},
    "segmentation": {
        "k_means": {"segment_counts": [3, 4], "start_count": 2},
        "mixture": {"segment_counts": [3, 4]},
        "stability": {"month_count": 2},
    },
}


@pytest.fixture(scope="session", autouse=True)
def one_thread(tmp_path_factory: pytest.TempPathFactory):
    """Numeric libraries as in production: one thread."""
    with quiet_environment(Settings(home=tmp_path_factory.mktemp("caches"))):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Who competes and serves is of interest here, not by how much."""
    with quick_models(tmp_path_factory.mktemp("models") / "conf", further=(FEWER_TREES, _OF_SIX_HUNDRED)):
        yield


@pytest.fixture
def little_garbage() -> None:
    """Calls side by side look for garbage first: not among all that other tests have left, which takes longer."""
    gc.freeze()


@pytest.fixture(scope="session")
def snapshots() -> Snapshots:
    return shop_snapshots()


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, snapshots: Snapshots, empty_tracking: Path
) -> tuple[Settings, dict[str, TrainingOutcome]]:
    """Settings of a home in which every job was trained and scored; read only, please.

    MLflow's artefacts stay where they were made, for both of pytest's processes.
    """

    def make(home: Path) -> None:
        settings = with_tracking(_trained_in(home), empty_tracking)
        write_marts(settings.build_file(SOURCE), snapshots)
        outcomes = {}
        for job in CUSTOMER_JOBS:  # those about customers
            outcomes[job] = train(settings, job, SOURCE, AS_OF_DATE, pipeline_run_id="run-1", definitions=DEFINITIONS)
            score(settings, job, SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
        (home / "outcomes.pickle").write_bytes(pickle.dumps(outcomes))

    home = made_once(tmp_path_factory, "trained", make)
    return _trained_in(home), pickle.loads((home / "outcomes.pickle").read_bytes())  # noqa: S301 - written above


def _trained_in(home: Path) -> Settings:
    return Settings(home=home, mlflow_tracking_uri="", memory_limit="1GB")


@pytest.fixture(scope="session")
def sample_shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, date]:
    """Settings of a home with the marts of the generated shop, and their date; its truth lies beside them."""

    def make(home: Path) -> None:
        settings = Settings(home=home, memory_limit="1GB")
        ingest_source(settings, "sample_shop")
        day = plan_run(settings, "sample_shop", None).as_of_date
        build_marts(settings, "sample_shop", day, data_tests=False)  # tests/integration/test_pipeline.py tests them

    settings = Settings(home=made_once(tmp_path_factory, "sample_shop", make), memory_limit="1GB")
    return settings, plan_run(settings, "sample_shop", None).as_of_date
