"""What MLflow is told of the libraries that a model needs."""

from __future__ import annotations

from typing import NoReturn

import importlib_metadata
import pytest
from mlflow.utils import requirements_utils as mlflows

from ml.tracking.packing import found_by_their_names, requirements


def test_mlflow_compares_the_libraries_without_reading_the_files_of_every_package(monkeypatch) -> None:
    def reading() -> NoReturn:
        raise AssertionError("the files of every package are read")

    monkeypatch.setattr(importlib_metadata, "packages_distributions", reading)
    monkeypatch.setattr(mlflows, "_MODULES_TO_PACKAGES", None)
    with found_by_their_names():
        found = {one: mlflows._check_requirement_satisfied(one) for one in (*requirements(), "pandas==0.1")}
    differing = {one: mismatch.package_name for one, mismatch in found.items() if mismatch is not None}
    assert differing == {"pandas==0.1": "pandas"}
    with pytest.raises(AssertionError, match="files of every package"):
        mlflows._check_requirement_satisfied("pandas==0.1")
