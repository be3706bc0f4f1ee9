"""Where a table comes from and where it goes: what writes it, from which tables, and which are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.dictionary.described import is_current
from warehouse.dictionary.lineage import children, models, roots
from warehouse.dictionary.rules import dbt_rules
from warehouse.jobs.registry import job_specs
from warehouse.jobs.spec import JobSpec
from warehouse.tables.descriptions import CURRENT, DescribedTable
from warehouse.tables.own_tables import own_tables

# Which DAG runs the models of a folder.
_DAGS = {"marts": "build_marts", "activation": "score_customers", "relationship": "score_customers"}


@dataclass(frozen=True)
class Origin:
    """Where a table comes from and where it goes.

    Attributes
    ----------
    written_by
        In words.
    file
        What makes it, relative to the checkout; None for what a source hands in.
    parents, roots, children
        Places of tables: what it is made from, what that began with, and what is made from it.
    tested
        What dbt tests of it.
    """

    written_by: str
    file: str | None = None
    parents: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    tested: tuple[str, ...] = ()


def origin_of(table: DescribedTable) -> Origin:
    """Where a table of the dictionary comes from and where it goes."""
    place = f"{table.schema}.{table.name}"
    if is_current(table):
        name = table.name.removesuffix(CURRENT)
        return Origin("a view: each question reads the table", parents=(f"scores.{name}",))
    if table.schema == "raw":
        return Origin("the loader, from the files of the source (`ingest_sources`)", children=children(place))
    if model := models().get(place):
        folder = model.file.removeprefix("dbt_project/").rpartition("/")[0]
        beginning = tuple(root for root in roots(place) if root not in (place, *model.parents))
        return Origin(_of_dbt(folder), model.file, model.parents, beginning, children(place), dbt_rules(table.name))
    own = next(own for own in own_tables(table.schema) if own.name == table.name)
    job = job_of(table)
    words = (
        "Python" if job is None else f"the job `{job.name}` (`python -m ml score --job {job.name}`; `score_customers`)"
    )
    return Origin(words, own.written_by, children=children(place))


def job_of(table: DescribedTable) -> JobSpec | None:
    """The job whose scores stand in a table, or in the view of it."""
    name = table.name.removesuffix(CURRENT)
    return next((spec for spec in job_specs() if table.schema == "scores" and spec.scores.table == name), None)


def _of_dbt(folder: str) -> str:
    if folder == "seeds":
        return "people: a file of the dbt project"
    return f"dbt, in the DAG `{_DAGS[folder.split('/')[1]]}`"
