"""Model files by skops: loading a file builds trusted types only and runs no code from the file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from sklearn.base import BaseEstimator

from ml.competition.results import Estimator
from ml.tracking.moved_types import MOVED
from warehouse.base.errors import ModelUnavailable
from warehouse.jobs.registry import job_specs

# Besides numbers, arrays and types that skops trusts, a model may contain these types of other libraries, and every
# estimator of the modules below. Saving a model with another type fails.
_OF_LIBRARIES = frozenset(
    {
        "numpy.dtype",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.tree._tree.Tree",
    }
)
_ROOMS = ("ml.data.preprocessing", "ml.estimators", "ml.purchase_models", "ml.treatment")
_MODULE = re.compile(r'("__module__": ")([\w.]+)(")')


def model_content(model: Estimator) -> bytes:
    """The content of a model's file.

    Raises
    ------
    ModelUnavailable
        If the model contains types that are neither ours nor listed: it could not be loaded again.
    """
    from skops.io import dumps, get_untrusted_types

    content = dumps(model)
    found = get_untrusted_types(data=content)
    if foreign := _foreign(found):
        raise ModelUnavailable(
            f"{type(model).__name__} contains types that could not be loaded again: {', '.join(foreign)}.",
            "Use estimators of the job's module or of ml/estimators; list harmless types of other libraries in "
            "ml/tracking/serialisation.py.",
        )
    return content


def load_model_file(path: Path) -> Estimator:
    """Load a model; refuse files that are missing, damaged or contain other types.

    Raises
    ------
    ModelUnavailable
        If the file cannot be loaded; the message has the reason.
    """
    from skops.io import get_untrusted_types, loads

    advice = "Train again: python -m ml train --force."
    if not path.exists():
        raise ModelUnavailable(f"The model file {path.name} is missing from MLflow's artifacts.", advice)
    try:
        content = _of_this_release(path.read_bytes())
        found = get_untrusted_types(data=content)
        if foreign := _foreign(found):
            raise ModelUnavailable(f"The model file contains types we do not load: {', '.join(foreign)}.", advice)
        return loads(content, trusted=found)
    except (ModelUnavailable, MemoryError):  # too little memory says nothing about the file
        raise
    except Exception as error:  # a damaged file can fail anywhere inside the reader
        raise ModelUnavailable(
            f"The model file {path.name} cannot be read ({type(error).__name__}: {error}).", advice
        ) from error


def _foreign(types: Iterable[str]) -> list[str]:
    return sorted(name for name in set(types) if name not in _OF_LIBRARIES and not _is_own(name))


def _is_own(name: str) -> bool:
    """Whether a type is an estimator of ours; only our own modules are imported to find out."""
    module, _, class_name = name.rpartition(".")
    rooms = (*_ROOMS, *(spec.code.partition(":")[0] for spec in job_specs()))
    if not any(module == room or module.startswith(f"{room}.") for room in rooms):
        return False
    try:
        kind = getattr(import_module(module), class_name, None)
    except ImportError:
        return False
    return isinstance(kind, type) and issubclass(kind, BaseEstimator)


def _of_this_release(content: bytes) -> bytes:
    """The file with the present names of our types that have been moved since it was written."""
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        schema = given.read("schema.json").decode("utf-8")
        renamed = _MODULE.sub(lambda found: found[1] + MOVED.get(found[2], found[2]) + found[3], schema)
        if renamed == schema:
            return content
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as taken:
            for entry in given.namelist():
                taken.writestr(entry, renamed if entry == "schema.json" else given.read(entry))
    return written.getvalue()
