"""Airflow's scheduler with the libraries of our tasks already loaded: `python -m services.scheduler`.

The LocalExecutor forks each task from the scheduler. What the scheduler has imported, a task need not import again:
measured on two cores, this takes 3 to 6 s off every task that uses Great Expectations, MLflow, dbt or models. Only
libraries are loaded ahead, never our own packages, so that a change to our code holds from the next task on.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys

PRELOADED = (
    # First of all: it looks at every name of every module that is loaded, and Airflow's old names warn of themselves.
    "skops.io",
    "cosmos.airflow.task_group",
    "cosmos.operators.local",
    "dbt.cli.main",
    "dbt.adapters.duckdb.environments.local",
    "dbt.parser.manifest",
    "dbt.task.build",
    "duckdb_engine",
    "great_expectations",
    "matplotlib.pyplot",
    "mlflow.pyfunc",
    "pandas",
    "pyarrow.parquet",
    "scipy.optimize",
    "shap",
    "sklearn.calibration",
    "sklearn.cluster",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.pipeline",
)


def preload(modules: tuple[str, ...] = PRELOADED) -> None:
    """Import the libraries; one that is missing is left for the task that needs it to report."""
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"not loaded ahead: {name} ({error})", file=sys.stderr)


def main() -> None:
    """Run Airflow's scheduler in this process; what its tasks write is for their owner alone."""
    os.umask(0o077)  # warehouse.base.permissions.OWNER_ALONE, which is ours and so not loaded ahead
    preload()
    run_airflow("scheduler", "--skip-serve-logs")


def run_airflow(*arguments: str) -> None:
    """Run a part of Airflow in this process."""
    sys.argv = ["airflow", *arguments]
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
