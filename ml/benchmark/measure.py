"""One measurement, to be run in a process of its own: `python -m ml.benchmark.measure SUBJECT COUNT SCRATCH`."""

from __future__ import annotations

import sys
from pathlib import Path

from ml.benchmark.job_subjects import job_subjects, measure_job
from ml.benchmark.measurement import Measurement
from ml.benchmark.preparation import HISTORIES_FILE, prepare_histories, prepare_marts, scratch_settings
from ml.benchmark.purchase_subjects import LIFETIMES_MODELS, OUR_MODELS, measure_lifetimes, measure_ours
from ml.environment import quiet_environment

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
    if subject in OUR_MODELS:
        measure_ours(subject, scratch / HISTORIES_FILE, result)
    elif subject in LIFETIMES_MODELS:
        measure_lifetimes(subject, scratch / HISTORIES_FILE, result)
    elif subject in job_subjects():
        measure_job(subject, scratch_settings(scratch), result)
    else:
        raise ValueError(f"unknown subject {subject!r}")


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
