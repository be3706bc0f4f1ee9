"""One measurement, to be run in a process of its own: `python -m tools.benchmark.measure SUBJECT COUNT SCRATCH`."""

from __future__ import annotations

import sys
from pathlib import Path

from ml.environment import quiet_environment
from tools.benchmark.job_subjects import job_subjects, measure_job
from tools.benchmark.measurement import Measurement
from tools.benchmark.preparation import HISTORIES_FILE, prepare_histories, prepare_marts, scratch_settings
from tools.benchmark.purchase_subjects import PURCHASE_MODELS, measure_model

PREPARATIONS = {"histories": prepare_histories, "marts": prepare_marts}
RESULT_FILE = "measurement.json"


def measure(subject: str, customer_count: int, scratch: Path) -> None:
    """Prepare data, or measure one subject and write the result into the scratch folder.

    What goes wrong inside a subject is written down as its problem: other subjects can still be measured.
    """
    if subject in PREPARATIONS:
        PREPARATIONS[subject](scratch, customer_count)
        return
    result = Measurement(subject, customer_count)
    try:
        with quiet_environment(scratch_settings(scratch)):
            _measure(subject, scratch, result)
    except Exception as error:  # whatever a solver or a job raises, the benchmark goes on and tells it
        result.problem = " ".join([f"{type(error).__name__}:", *str(error).strip().splitlines()[:1]])
    result.write(scratch / RESULT_FILE)


def _measure(subject: str, scratch: Path, result: Measurement) -> None:
    if subject in PURCHASE_MODELS:
        measure_model(subject, scratch / HISTORIES_FILE, result)
    elif subject in job_subjects():
        measure_job(subject, scratch_settings(scratch), result)
    else:
        raise ValueError(f"unknown subject {subject!r}")


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
