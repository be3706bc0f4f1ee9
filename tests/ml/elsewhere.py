"""Registered models loaded where this project is not: in an empty folder, without our packages on the path.

Libraries that the models' own requirements do not bring are hidden, as in an environment made from them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import mlflow
import pandas as pd

from ml.tracking.signature import given_columns
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_spec

_SCRIPT = '''
import json
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from importlib.util import find_spec

from packaging.requirements import Requirement

required, *asked = sys.argv[1:]


def brought(names):
    """The distributions that an installer would bring for these, with what they need in turn."""
    found, open_ = set(), list(names)
    while open_:
        name = open_.pop().lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        try:
            needed = [Requirement(text) for text in requires(name) or ()]
        except PackageNotFoundError:
            continue
        open_ += [one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


known = brought([Requirement(line).name for line in required.splitlines()])
hidden = {
    module
    for module, names in packages_distributions().items()
    if not {name.lower().replace("_", "-") for name in names} & known
}


class Hidden:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


assert {"airflow", "dbt", "great_expectations"} <= hidden
sys.meta_path.insert(0, Hidden)
assert find_spec("ml") is None and find_spec("warehouse") is None

import duckdb
import mlflow

for uri, build_file, query, models in map(json.loads, asked):
    mlflow.set_tracking_uri(uri)
    with duckdb.connect(build_file, read_only=True) as connection:
        rows = connection.execute(query).df()
    for model in models:
        rows.to_pickle(f"{model} rows")
        mlflow.pyfunc.load_model(f"models:/{model}@champion").predict(rows).to_pickle(model)
'''


@dataclass(frozen=True)
class Served:
    """Jobs of a source whose champions are to be loaded, and the query for published rows that are put to them."""

    settings: Settings
    source: str
    jobs: Sequence[str]
    query: str

    @property
    def models(self) -> list[str]:
        return [job_spec(name).model_name for name in self.jobs]

    def required(self) -> str:
        """What the model's environment is made from."""
        mlflow.set_tracking_uri(self.settings.tracking_uri)
        mlflow.set_registry_uri(self.settings.tracking_uri)
        listed = mlflow.pyfunc.get_model_dependencies(f"models:/{self.models[0]}@champion")
        return Path(listed).read_text(encoding="utf-8")


def check_scores_elsewhere(served: Sequence[Served], folder: Path) -> None:
    """Check that the champions give, for the rows of a query, what the score tables have of them.

    Parameters
    ----------
    served
        All of the same requirements; one process loads them: to import the libraries takes most of the time.
    folder
        An empty one.
    """
    (required,) = {one.required() for one in served}
    asked = [
        json.dumps([one.settings.tracking_uri, str(one.settings.build_file(one.source)), one.query, one.models])
        for one in served
    ]
    command = [sys.executable, "-I", "-W", "ignore", "-c", _SCRIPT, required, *asked]
    # MLflow hands its addresses on to processes, which may be those of an earlier test.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    for one in served:
        for name in one.jobs:
            _check_scores(one, name, folder)


def _check_scores(served: Served, job: str, folder: Path) -> None:
    spec = job_spec(job)
    key = list(spec.scores.key)
    rows, predicted = (
        pd.read_pickle(folder / name)  # noqa: S301 - written by the process above
        for name in (f"{spec.model_name} rows", spec.model_name)
    )
    with duckdb.connect(str(served.settings.build_file(served.source)), read_only=True) as connection:
        columns = ", ".join(given_columns(spec))
        published = connection.execute(f"select {columns} from scores.{spec.scores.table}").df()
    expected = rows[key].merge(published, on=key, how="left", validate="one_to_one")[list(predicted)]
    pd.testing.assert_frame_equal(predicted, expected, check_exact=True)
    assert {"scored", "not_eligible"} <= set(predicted["status"])
