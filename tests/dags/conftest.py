"""The DAGs as Airflow's DAG processor reads them, once for all tests of this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.parsed_once import manifest_once_in
from warehouse.base.settings import CHECKOUT


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of its own for Airflow and Clientele, before Airflow is imported."""
    home = tmp_path_factory.mktemp("home")
    added = {
        "CLIENTELE_HOME": str(home),
        "CLIENTELE_BUILD_FILE": "none",
        "CLIENTELE_THREADS": "2",  # with one, trainings come in turn
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    former = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    yield home
    for name, value in former.items():
        if value is None:
            os.environ.pop(name)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def dag_bag(airflow_home: Path, parsed_folder: Path) -> Any:
    from airflow.dag_processing.dagbag import BundleDagBag

    graph = airflow_home / "dbt" / "graph"
    graph.mkdir(parents=True)
    shutil.copy(manifest_once_in(parsed_folder), graph)
    folder = CHECKOUT / "dags"
    return BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")


@pytest.fixture(scope="session")
def dags(dag_bag: Any) -> dict[str, Any]:
    assert not dag_bag.import_errors, dag_bag.import_errors
    return dag_bag.dags
