"""Registered models loaded where this project is not: in an empty folder, without our packages on the path.

Libraries that the models' own requirements do not bring are hidden, as in an environment made from them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import mlflow
import pandas as pd

from ml.tracking.signature import given_columns
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_spec

_SCRIPT = '''
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from importlib.util import find_spec

from packaging.requirements import Requirement

uri, build_file, query, required, *models = sys.argv[1:]


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

mlflow.set_tracking_uri(uri)
with duckdb.connect(build_file, read_only=True) as connection:
    rows = connection.execute(query).df()
rows.to_pickle("rows")
for model in models:
    mlflow.pyfunc.load_model(f"models:/{model}@champion").predict(rows).to_pickle(model)
'''


def check_scores_elsewhere(settings: Settings, source: str, jobs: Sequence[str], query: str, folder: Path) -> None:
    """Check that the champions give, for the rows of a query, what the score tables have of them.

    Parameters
    ----------
    folder
        An empty one.
    """
    specs = [job_spec(name) for name in jobs]
    mlflow.set_tracking_uri(settings.tracking_uri)
    mlflow.set_registry_uri(settings.tracking_uri)
    listed = mlflow.pyfunc.get_model_dependencies(f"models:/{specs[0].model_name}@champion")
    required = Path(listed).read_text(encoding="utf-8")
    named = [settings.tracking_uri, str(settings.build_file(source)), query, required]
    command = [sys.executable, "-I", "-W", "ignore", "-c", _SCRIPT, *named, *(spec.model_name for spec in specs)]
    # MLflow hands its addresses on to processes, which may be those of an earlier test.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = pd.read_pickle(folder / "rows")  # noqa: S301 - written by the process above
    for spec in specs:
        key = list(spec.scores.key)
        predicted = pd.read_pickle(folder / spec.model_name)  # noqa: S301 - as above
        with duckdb.connect(str(settings.build_file(source)), read_only=True) as connection:
            columns = ", ".join(given_columns(spec))
            published = connection.execute(f"select {columns} from scores.{spec.scores.table}").df()
        expected = rows[key].merge(published, on=key, how="left", validate="one_to_one")[list(predicted)]
        pd.testing.assert_frame_equal(predicted, expected, check_exact=True)
        assert {"scored", "not_eligible"} <= set(predicted["status"])
