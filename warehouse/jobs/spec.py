"""The declaration of a job, read from `<job>.yml`: words, horizon, figures and the table of its scores."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from warehouse.base.declarations import Frozen
from warehouse.base.meanings import Meaning

Better = Literal["more", "less", "near one", "near the promise"]
_BETTER_WORDS = {"more": "higher is better", "less": "lower is better", "near one": "1 is right"}


class Figure(Frozen):
    """A figure by which models of the job are compared.

    Attributes
    ----------
    heading
        Of its column in the tables of a backtest; None: not shown there.
    """

    words: str
    better: Better
    heading: str | None = None

    @property
    def in_words(self) -> str:
        """For whoever decides between two models."""
        better = _BETTER_WORDS.get(self.better)
        return f"{self.words} ({better})" if better else self.words


class Rows(Frozen):
    """What a row of the job is about, in words."""

    one: str
    many: str
    judged: str  # which of them are judged: "eligible customers"


class Directions(Frozen):
    """What stands before the words of a reason.

    Attributes
    ----------
    higher_means
        What a higher score says of the time to come: no reason then goes against the declared meaning of its feature.
    """

    raises: str
    lowers: str
    higher_means: Meaning | None = None


class ScoreColumn(Frozen):
    """A column of the score table that is the job's own.

    Attributes
    ----------
    kind
        A type of the contract, or double.
    filled, finite, min, max, allowed
        What the gate expects of rows that are scored.
    """

    kind: str
    description: str
    filled: bool = False
    finite: bool = False
    min: float | None = None
    max: float | None = None
    allowed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _bounds_can_be_checked(self) -> ScoreColumn:
        if self.max is not None and self.min is None:
            raise ValueError("a column with max needs min, too")
        return self


class ScoreTable(Frozen):
    """The table in which the job's scores stand; the columns that all such tables have are added.

    Attributes
    ----------
    key
        Column → what it says; with the date and the model, the key of a row.
    watched
        The column that everything else is about: its drift is measured.
    is_name
        Whether the values of `watched` are names rather than numbers.
    """

    table: str
    description: str
    key: dict[str, str]
    watched: str
    is_name: bool = False
    columns: dict[str, ScoreColumn]

    @property
    def is_about_customers(self) -> bool:
        """Whether a row is a customer and nothing less: then all of them have one."""
        return tuple(self.key) == ("customer_id",)

    @field_validator("columns", mode="before")
    @classmethod
    def _read_columns(cls, written: dict[str, Any]) -> dict[str, Any]:
        """`name: [kind, description, filled, {min: 0}]`: flags and bounds in any number."""
        return {name: _column(entry) if isinstance(entry, list) else entry for name, entry in written.items()}

    @model_validator(mode="after")
    def _watched_is_a_column(self) -> ScoreTable:
        if self.watched not in self.columns:
            raise ValueError(f"watched: {self.table} has no column {self.watched}")
        return self


class JobSpec(Frozen):
    """A job.

    Attributes
    ----------
    name
        As on the command line, in Airflow's tasks and in `quality`; that of the file.
    title
        In approval questions and summaries.
    question
        What the score is, as a sentence; `{horizon_days}` stands for the horizon.
    code
        `module:class`, imported only when the job runs.
    optional
        Whether others go on when it fails: its former scores stay, its gate warns, and the failure is reported.
    has_model
        Whether a model is trained and kept; if not, its results are computed at each date (`ml.jobs.batch`).
    needs
        Tables of the contract without whose rows there is nothing to learn: the job is then refused, and says so.
    after
        Jobs whose scores of the same date it reads: they are written before it is scored.
    horizon
        The var of dbt_project.yml that says how many days the job looks ahead: a number, or numbers by the names of
        jobs; None: it does not.
    compared
        How two models are compared, for who decides; None: by outcomes that neither had seen.
    figures
        The first ranks the candidates.
    reasons
        None: the score table has no reasons.
    limits
        What the model cannot do, for its card.
    """

    name: str
    title: str
    question: str
    code: str = Field(pattern=r"^[\w.]+:\w+$")
    optional: bool = False
    has_model: bool = True
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    rows: Rows
    horizon: str | None = None
    compared: str | None = None
    figures: dict[str, Figure] = Field(min_length=1)
    reasons: Directions | None = None
    limits: tuple[str, ...] = ()
    scores: ScoreTable

    @property
    def model_name(self) -> str:
        """Experiment and registered model in MLflow, and `model_name` in the score table."""
        return f"crm_{self.name}"

    @property
    def code_file(self) -> str:
        """The file of its code, relative to the checkout."""
        return self.code.partition(":")[0].replace(".", "/") + ".py"

    @property
    def rank_metric(self) -> str:
        """The figure that ranks the candidates."""
        return next(iter(self.figures))

    @property
    def backtest_figures(self) -> dict[str, Figure]:
        """What the tables of a backtest show; none: the job cannot be replayed."""
        return {name: figure for name, figure in self.figures.items() if figure.heading}


def _column(entry: list[Any]) -> dict[str, Any]:
    kind, description, *rules = entry
    read: dict[str, Any] = {"kind": kind, "description": description}
    for rule in rules:
        read |= rule if isinstance(rule, dict) else {rule: True}
    return read
