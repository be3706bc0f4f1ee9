"""A training and a scoring read the build file at their start and write it at their end; in between it is free."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml.lifecycle.scoring import score
from ml.lifecycle.training import train
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import AS_OF_DATE, DEFINITIONS, HORIZON_DAYS, SOURCE
from tests.ml.test_approval import copy_home
from tests.opens import counted_opens
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings

NAME = "segmentation"
JOB = job_at(NAME, HORIZON_DAYS)


@pytest.fixture
def home(trained, tmp_path: Path) -> Settings:
    return copy_home(trained[0], tmp_path / "home")


def test_a_step_opens_the_build_file_to_read_and_to_write(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    compete, before_fitting = type(JOB).compete, []

    def looked_at_by_others(*given: object) -> object:
        before_fitting.append(len(opened))
        with open_build_file(home, SOURCE, read_only=True) as connection:
            assert connection.execute("select count(*) from marts.customer_features").fetchone() > (0,)
        return compete(*given)

    with counted_opens(home.build_file(SOURCE)) as opened:
        assert train(home, NAME, SOURCE, AS_OF_DATE, definitions=DEFINITIONS).status == "not_retrained"
        assert len(opened) == 1
        score(home, NAME, SOURCE, AS_OF_DATE, DEFINITIONS)
        assert len(opened) == 1 + 2
        monkeypatch.setattr(type(JOB), "compete", looked_at_by_others)
        train(home, NAME, SOURCE, AS_OF_DATE, force=True, definitions=DEFINITIONS)
        assert (before_fitting, len(opened)) == ([3 + 1], 3 + 2 + 1)  # one of them is ours
