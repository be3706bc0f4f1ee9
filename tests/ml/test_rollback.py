"""A former champion back in service."""

from __future__ import annotations

import shutil
from datetime import timedelta

import duckdb
import mlflow
import pytest

from ml.__main__ import main
from ml.lifecycle.rollback import roll_back
from ml.lifecycle.training import train
from ml.tracking import TrackingServer, champion_of
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, HORIZON_DAYS, SOURCE
from warehouse.base.errors import ModelUnavailable
from warehouse.base.settings import Settings


@pytest.fixture(scope="module")
def twice_trained(trained, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, str, str]:
    """Segmentation trained a second time: its home, the first version, the second."""
    settings = Settings(home=tmp_path_factory.mktemp("twice"), memory_limit="1GB")
    for path in (settings.build_file(SOURCE), settings.mlflow_folder / "mlflow.db"):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(trained[0].home / path.relative_to(settings.home), path)
    first = trained[1]["segmentation"].model_version
    with duckdb.connect(str(settings.build_file(SOURCE))) as connection:
        connection.execute(
            "update quality.model_promotions set decided_at = decided_at - interval 1 day where job = 'segmentation'"
        )
    job = job_at("segmentation", HORIZON_DAYS)
    server = TrackingServer(settings)
    # Without a champion to keep, the same data give a version of their own.
    client = mlflow.MlflowClient(settings.tracking_uri, settings.tracking_uri)
    client.delete_registered_model_alias(job.model_name, f"champion-{SOURCE}")
    train(settings, "segmentation", SOURCE, AS_OF_DATE, definitions=DEFINITIONS)
    second = champion_of(server, job, SOURCE).version
    return settings, first, second


def champion(settings: Settings) -> str:
    job = job_at("segmentation", HORIZON_DAYS)
    return champion_of(TrackingServer(settings), job, SOURCE).version


def test_the_version_before_serves_again_and_it_is_written_down(twice_trained) -> None:
    settings, first, second = twice_trained
    assert first != second
    assert roll_back(settings, "segmentation", SOURCE, AS_OF_DATE).version == first
    assert champion(settings) == first
    with duckdb.connect(str(settings.build_file(SOURCE)), read_only=True) as connection:
        row = connection.execute(
            "select decision, model_version, reason from quality.model_promotions order by decided_at desc limit 1"
        ).fetchone()
    assert row == ("rolled_back", first, f"Put back by hand in place of version {second}.")
    # And forward again, by number.
    assert roll_back(settings, "segmentation", SOURCE, AS_OF_DATE, version=second).version == second
    assert champion(settings) == second


@pytest.mark.parametrize(
    ("version", "day", "words"),
    [
        ("99", AS_OF_DATE, "has no version 99"),
        ("1", AS_OF_DATE - timedelta(days=400), "it depends on later data"),
    ],
)
def test_what_cannot_serve_is_refused_and_the_champion_stays(twice_trained, version, day, words) -> None:
    settings, *_ = twice_trained
    before = champion(settings)
    with pytest.raises(ModelUnavailable, match=words):
        roll_back(settings, "segmentation", SOURCE, day, version=version)
    assert champion(settings) == before


def test_nothing_to_go_back_to_is_said(trained, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    settings, _ = trained
    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    arguments = ["rollback", "--job", "churn", "--source", SOURCE, "--as-of", AS_OF_DATE.isoformat()]
    assert main(arguments) == 1
    assert "has served" in capsys.readouterr().err


def test_a_version_of_another_source_is_refused(trained) -> None:
    settings, outcomes = trained
    with pytest.raises(ModelUnavailable, match="not on elsewhere"):
        with duckdb.connect(str(settings.build_file("elsewhere"))):
            pass
        roll_back(settings, "churn", "elsewhere", AS_OF_DATE, version=outcomes["churn"].model_version)
