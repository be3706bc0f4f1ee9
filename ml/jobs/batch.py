"""A job without a model: results that are computed at each date, with figures of their quality."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb
import pandas as pd

from ml.jobs.choice import Choice
from ml.jobs.declared import DeclaredJob


@dataclass(frozen=True)
class Results:
    """The results of one date.

    Attributes
    ----------
    rows
        Key columns and own columns of the score table; without `status` and `reason` all rows are scored.
    figures
        At least those of the declaration.
    documents
        Further artefacts of the MLflow run by file name; texts are written unchanged, figures of matplotlib drawn,
        anything else as JSON.
    choices
        Which of several ways the results were computed in, and why: one choice, or one for each part of the results.
    """

    rows: pd.DataFrame
    figures: Mapping[str, float]
    documents: Mapping[str, object] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()


class BatchJob(DeclaredJob, ABC):
    """A question answered from the marts of one date, without a model.

    Attributes
    ----------
    left_out
        Why customers are not among the results of a job about customers; each of them has a row that says so.
    """

    left_out = "no result"

    @abstractmethod
    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        """Compute the results from the build file, without reading anything after the date.

        Raises
        ------
        Refused
            If the data do not allow results, with the reason for users.
        """
