"""What any run in MLflow holds: its name, figures and documents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def run_name(tags: Mapping[str, str]) -> str:
    """The name of a run about a source and a date, from tags with `source` and `as_of_date`."""
    return f"{tags['source']} {tags['as_of_date']}"


def log_metrics(values: Mapping[str, float]) -> None:
    """Log those figures to the active run that are finite."""
    import mlflow

    mlflow.log_metrics({name: float(value) for name, value in values.items() if math.isfinite(value)})


def log_documents(documents: Mapping[str, Any]) -> None:
    """Log artefacts to the active run by file name: texts unchanged, plots drawn, anything else as JSON."""
    import mlflow

    for name, content in documents.items():
        if isinstance(content, str):
            mlflow.log_text(content, name)
        elif hasattr(content, "savefig"):
            mlflow.log_figure(content, name)
        else:
            mlflow.log_dict(content, name)
