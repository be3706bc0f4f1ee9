"""The report of a training: plots, fairness figures and a model card for each version."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd

from ml.competition.results import Competition, Result
from ml.configuration import load_configuration
from ml.contributions.typical import background_sample
from ml.data.dated_rows import DatedRows
from ml.explanations.configuration import FairnessConfiguration
from ml.explanations.fairness import fairness_figures, figures_by_group
from ml.explanations.model_card import CardContent, model_card
from ml.explanations.pictures import global_pictures, mean_absolute
from ml.explanations.reasons import explained
from ml.jobs.base import Job
from ml.tracking import MODEL_CARD, RegisteredVersion
from warehouse.base.build_file import BuildFile
from warehouse.base.csv_writing import as_text_cell
from warehouse.base.rows import insert_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

log = logging.getLogger(__name__)

# Maximum number of evaluated rows in the plots.
_PICTURED_ROW_COUNT = 3000


def read_rfm_segments(file: BuildFile, day: date | None) -> pd.Series | None:
    """RFM segment on a day, indexed by customer; None if the marts have none."""
    with file.opened(read_only=True) as connection:
        try:
            found = connection.execute(
                "select customer_id, rfm_segment_name as rfm_segment from marts.customer_rfm where as_of_date = ?",
                [day],
            ).df()
        except duckdb.CatalogException:
            return None
    return None if found.empty else found.set_index("customer_id")["rfm_segment"]


@dataclass(frozen=True)
class TrainingReport:
    """Describes the versions that a training registers; failures are logged, and the training continues.

    Attributes
    ----------
    rfm_segments
        RFM segment at the evaluation date, indexed by customer; None if the marts have none.
    fairness
        Model version → its figures by group, for `quality.model_fairness`.
    """

    job: Job
    snapshots: DatedRows
    competition: Competition
    fingerprint: Mapping[str, str]
    rfm_segments: pd.Series | None
    fairness: dict[RegisteredVersion, pd.DataFrame] = field(default_factory=dict)

    def describe(self, result: Result, version: RegisteredVersion) -> dict[str, Figure | str]:
        """Artefacts of one version: path → plot or text."""
        artefacts: dict[str, Figure | str] = {}
        drivers, method = {}, ""
        strata = groups = pd.DataFrame()
        if self._is_evaluated(result):
            try:
                drivers, method, pictures = self._explained(result)
                artefacts |= {f"explanations/{name}.png": figure for name, figure in pictures.items()}
            except Exception:
                log.exception("No global plots of %s could be made; the training continues.", result.name)
            try:
                strata, groups = self._by_group(result)
                self.fairness[version] = groups
                artefacts["fairness.csv"] = groups.map(as_text_cell).to_csv(index=False)
            except Exception:
                log.exception("No figures by group of %s could be made; the training continues.", result.name)
        evaluated_on, notes = self.job.evaluated_on(self.snapshots), self.competition.notes
        content = CardContent(self.fingerprint, strata, groups, drivers, method, evaluated_on, notes)
        artefacts[MODEL_CARD] = model_card(self.job, self.competition, result, version, content)
        return artefacts

    def write_fairness(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write the figures by group to `quality.model_fairness`, inside the caller's transaction."""
        rows = [self._table_rows(version, figures) for version, figures in self.fairness.items() if len(figures)]
        if rows:
            frame = pd.concat(rows, ignore_index=True)
            insert_frame(connection, "quality.model_fairness", frame, replacing="model_name, model_version")

    @cached_property
    def _evaluated(self) -> pd.DataFrame:
        rows = self.job.evaluation_rows(self.snapshots)
        return pd.DataFrame() if rows is None else rows

    @property
    def _evaluation_date(self) -> date:
        return self._evaluated["as_of_date"].iloc[0].date()

    def _is_evaluated(self, result: Result) -> bool:
        """Whether there are evaluated rows with predictions of an outcome."""
        return result.prediction is not None and 0 < len(self._evaluated) == len(result.prediction)

    def _explained(self, result: Result) -> tuple[dict[str, float], str, Mapping[str, Figure]]:
        features = self.job.features(self._evaluated, self.competition.columns)
        features = background_sample(features, _PICTURED_ROW_COUNT).reset_index(drop=True)
        contributions = explained(self.job, result.candidate.estimator, features)
        unit = "log-odds" if self._is_probability else "log of 1 + amount"
        title = f"{result.name}, {self.job.evaluated_on(self.snapshots)}"
        drivers = mean_absolute(contributions).to_dict()
        return drivers, contributions.method, global_pictures(contributions, features, title, unit)

    def _by_group(self, result: Result) -> tuple[pd.DataFrame, pd.DataFrame]:
        rows, predicted = self._evaluated, np.asarray(result.prediction, dtype=float)
        # pyrefly: ignore[missing-attribute] (a job with evaluated rows has a target)
        actual, selected = self.job.target(rows), self.job.selected(rows, predicted)
        groups = fairness_figures(rows, actual, predicted, selected, is_probability=self._is_probability)
        strata = self.job.strata(rows)
        if strata is None and self.rfm_segments is not None:
            strata = rows["customer_id"].map(self.rfm_segments).rename("rfm_segment")
        if strata is None:
            return pd.DataFrame(), groups
        settings = load_configuration(FairnessConfiguration, "fairness")
        options = {"is_probability": self._is_probability, "settings": settings}
        return figures_by_group(str(strata.name), strata, actual, predicted, selected, **options), groups

    @property
    def _is_probability(self) -> bool:
        return self.job.prediction_method == "predict_proba"

    def _table_rows(self, version: RegisteredVersion, figures: pd.DataFrame) -> pd.DataFrame:
        return figures.assign(
            customer_count=figures["customer_count"].astype("Int64"),
            # pyrefly: ignore[bad-argument-type] (as where() documents)
            metric_value=figures["metric_value"].astype(float).where(np.isfinite(figures["metric_value"]), None),
            measured_at=datetime.now(UTC).replace(tzinfo=None),
            job=self.job.name,
            source=self.snapshots.source,
            as_of_date=self.snapshots.as_of_date,
            evaluation_date=self._evaluation_date,
            model_name=version.model_name,
            model_version=version.version,
            mlflow_run_id=version.run_id,
            candidate=version.candidate,
        )
