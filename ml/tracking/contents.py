"""What any run in MLflow holds: its name, figures and documents.

Each request to MLflow costs a transaction there, and each artefact that is logged by itself two requests: what belongs
together is logged together.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.tracking.versions import LONGEST_TEXT

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def run_name(tags: Mapping[str, str]) -> str:
    """The name of a run about a source and a date, from tags with `source` and `as_of_date`."""
    return f"{tags['source']} {tags['as_of_date']}"


def log_values(
    metrics: Mapping[str, float], parameters: Mapping[str, object], tags: Mapping[str, object] | None = None
) -> None:
    """Log to the active run those metrics that are finite, parameters, cut to what MLflow holds, and tags.

    Raises
    ------
    LookupError
        If no run is active.
    """
    import mlflow
    from mlflow.entities import Metric, Param, RunTag

    run = mlflow.active_run()
    if run is None:
        raise LookupError("Nothing can be logged: no run is active in MLflow.")
    now = time.time_ns() // 1_000_000
    mlflow.MlflowClient().log_batch(
        run.info.run_id,
        [Metric(name, float(value), now, 0) for name, value in metrics.items() if math.isfinite(value)],
        [Param(name, str(value)[:LONGEST_TEXT]) for name, value in parameters.items()],
        [RunTag(name, str(value)) for name, value in (tags or {}).items()],
    )


def log_documents(documents: Mapping[str, Any]) -> None:
    """Log artefacts to the active run by file name: texts unchanged, plots drawn, anything else as JSON."""
    import mlflow

    if not documents:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, content in documents.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                file.write_text(content, encoding="utf-8", newline="")
            elif hasattr(content, "savefig"):
                _draw(content, file)
            else:
                file.write_text(json.dumps(content, indent=2, default=str), encoding="utf-8")
        mlflow.log_artifacts(folder)


def _draw(figure: Figure, file: Path) -> None:
    """Write a picture. Its layout is made first: `savefig` would draw everything twice for it."""
    if (layout := figure.get_layout_engine()) is not None:
        layout.execute(figure)
        figure.set_layout_engine(None)
    figure.savefig(str(file))
