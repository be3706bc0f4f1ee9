"""What is measured: the purchase models, and what `train_models` and `score_customers` do for the jobs about customers.

`python -m tools.benchmark.subjects SUBJECT COUNT FOLDER` prepares or measures one of them and writes the result into
the folder.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from ml.environment import quiet_environment
from tools.benchmark.marts import AS_OF_DATE, SOURCE, write_marts
from tools.benchmark.measurement import RESULT_FILE, Measurement, measured_apart
from tools.benchmark.shop import purchase_histories, simulated_orders
from warehouse.base.definitions import load_definitions
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_specs

# What is measured, with what prepares its data, once per size and outside all measurements.
PARTS = {"models": "histories", "jobs": "marts"}
CUSTOMER_COUNTS = (10_000, 100_000, 1_000_000)
PURCHASE_MODELS = ("bg_nbd", "mbg_nbd", "pareto_nbd", "nbd", "gamma_gamma")
_HISTORIES_FILE = "histories.parquet"
_HORIZON_DAYS = 90


@dataclass(frozen=True)
class Limits:
    """How long one measurement and all of them may take, in seconds."""

    measurement_seconds: float = 1800.0
    total_seconds: float = 5400.0


def measured_jobs() -> tuple[str, ...]:
    """The jobs about customers with a model to train: the benchmark's shop has no contracts."""
    return tuple(spec.name for spec in job_specs() if spec.has_model and spec.scores.is_about_customers)


def subjects(part: str) -> tuple[str, ...]:
    """What is measured in a part, in order; of a job training first: scoring needs what it registered."""
    if part == "models":
        return PURCHASE_MODELS
    return tuple(f"{job}_{action}" for job in measured_jobs() for action in ("train", "score"))


def measurements(
    part: str, customer_counts: Sequence[int], scratch: Path, limits: Limits, say: Callable[[str], None]
) -> Iterator[Measurement]:
    """Yield one measurement per size and subject of a part; where the limits leave no time, its problem says so."""
    deadline = time.monotonic() + limits.total_seconds

    def measured(subject: str, count: int, folder: Path) -> Measurement:
        return measured_apart(subject, count, folder, min(limits.measurement_seconds, deadline - time.monotonic()))

    for count in customer_counts:
        folder = scratch / f"{part}-{count}"
        folder.mkdir(parents=True)
        problem = measured(PARTS[part], count, folder).problem
        for subject in subjects(part):
            say(f"{count:,} customers: {subject}")
            if problem:
                yield Measurement(subject, count, problem=f"no data: {problem}")
            else:
                yield measured(subject, count, folder)


def measure_model(name: str, histories: Path, result: Measurement) -> None:
    """Fit one of the models; score all customers."""
    from ml import purchase_models as models

    customers = pd.read_parquet(histories)
    kinds = (models.BetaGeometricNBD, models.ModifiedBetaGeometricNBD, models.ParetoNBD, models.NBD, models.GammaGamma)
    model = {kind.method_name: kind for kind in kinds}[name]()
    with result.step("fit"):
        model.fit(customers)
    if isinstance(model, models.GammaGamma):
        with result.step("expected"):
            model.expected_order_amount(customers)
        return
    with result.step("expected"):
        model.expected_orders(customers, _HORIZON_DAYS)
    with result.step("active_probability"):
        model.active_probability(customers, _HORIZON_DAYS)


def measure_job(subject: str, settings: Settings, result: Measurement) -> None:
    """Train or score one job in the benchmark's own warehouse and MLflow.

    Raises
    ------
    ClienteleError
        If a training is refused: its time would say nothing.
    """
    from ml.lifecycle.scoring import score
    from ml.lifecycle.training import train

    job, action = subject.rsplit("_", 1)
    if action == "score":
        with result.step(action):
            score(settings, job, SOURCE, AS_OF_DATE)
        return
    with result.step(action):
        outcome = train(settings, job, SOURCE, AS_OF_DATE, force=True)
    if outcome.status == "refused":
        raise ClienteleError(f"{job} was refused: {outcome.reason}", "Take more customers.")


def prepare_marts(settings: Settings, customer_count: int) -> None:
    """Write the marts and set up MLflow's database, which takes seconds the first time."""
    from ml.tracking import TrackingServer

    write_marts(settings, simulated_orders(customer_count), load_definitions())
    with TrackingServer(settings).client() as client:
        client.search_experiments()


def main(subject: str, customer_count: int, folder: Path) -> None:
    """Prepare data, or measure a subject; what goes wrong in it is its problem, so that others are still measured."""
    settings = Settings(home=folder, mlflow_tracking_uri="", mlflow_artifact_location="")
    result = Measurement(subject, customer_count)
    try:
        with quiet_environment(settings):
            if subject == "histories":
                purchase_histories(simulated_orders(customer_count)).to_parquet(folder / _HISTORIES_FILE)
            elif subject == "marts":
                prepare_marts(settings, customer_count)
            elif subject in PURCHASE_MODELS:
                measure_model(subject, folder / _HISTORIES_FILE, result)
            else:
                measure_job(subject, settings, result)
    except Exception as error:  # whatever a solver or a job raises, the benchmark goes on and reports it
        result.problem = " ".join([f"{type(error).__name__}:", *str(error).strip().splitlines()[:1]])
    (folder / RESULT_FILE).write_text(json.dumps(asdict(result), indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
