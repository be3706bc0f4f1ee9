"""A job without a model: results that are computed anew at each date, with figures that tell how good they are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb
import pandas as pd

from ml.jobs.declared import DeclaredJob


@dataclass(frozen=True)
class Results:
    """What came of one date.

    Attributes
    ----------
    rows
        Key columns and own columns of the score table. Rows may have `status` and `reason`; without, they are scored.
    figures
        Those of the declaration, at least.
    documents
        Further artefacts of the MLflow run by file name; a text is written as it is, all else as JSON.
    """

    rows: pd.DataFrame
    figures: Mapping[str, float]
    documents: Mapping[str, object] = field(default_factory=dict)


class BatchJob(DeclaredJob, ABC):
    """A question answered from the marts of one date alone."""

    @abstractmethod
    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        """Compute them from the build file, of which nothing after the date is to be read.

        Raises
        ------
        Refused
            If the data do not allow it, with the reason for people.
        """
