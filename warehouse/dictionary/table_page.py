"""The page of one table: what a row is, where it comes from, an example, its columns, and what is checked of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from warehouse.base.definitions import load_definitions
from warehouse.base.settings import CHECKOUT
from warehouse.dictionary.described import is_current, place_of, unit_of
from warehouse.dictionary.origin import Origin, job_of, origin_of
from warehouse.dictionary.questions import DOCS, pages_about, question_about
from warehouse.dictionary.rules import gate_rules
from warehouse.jobs.spec import JobSpec
from warehouse.tables.descriptions import CURRENT, DescribedTable

PAGES = DOCS / "dictionary"
BUILD_FILE_PAGE = "build-file.md"  # staging and intermediate, all on one page
_ON_ONE_PAGE = ("staging", "intermediate")


def page_of(place: str) -> str:
    """The file of a table's page in `docs/dictionary`, with the heading where several stand on one page."""
    schema, _, name = place.partition(".")
    return f"{BUILD_FILE_PAGE}#{name}" if schema in _ON_ONE_PAGE else f"{place}.md"


def table_page(table: DescribedTable) -> str:
    """The whole page."""
    origin = origin_of(table)
    parts = [f"# {place_of(table)}", table.description, *_facts(table, origin), *_example(table)]
    parts += ["## Columns", *_columns(table), *_checks(table, origin)]
    return "\n\n".join(parts) + "\n"


def links(places: Iterable[str]) -> str:
    """Tables as links to their pages."""
    return ", ".join(f"[{place}]({page_of(place)})" for place in places)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows of Markdown as a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _facts(table: DescribedTable, origin: Origin) -> Iterator[str]:
    made_by = f"{origin.written_by}: {_file(origin.file)}" if origin.file else origin.written_by
    pages = pages_about(place_of(table)) if table.schema == "scores" else ()  # else the questions lead there
    about = [f"[{page.removesuffix('.md').replace('-', ' ')}](../{page})" for page in pages]
    current = f"[scores.{table.name}{CURRENT}]({page_of(place_of(table) + CURRENT)})"
    facts = (
        ("written by", made_by),
        ("made from", links(origin.parents)),
        ("which began with", links(origin.roots)),
        ("read by", links(origin.children)),
        ("newest scores alone", current if table.schema == "scores" and not is_current(table) else ""),
        ("more about it", ", ".join(about)),
    )
    yield markdown_table(("where it comes from", ""), [fact for fact in facts if fact[1]])


def _file(file: str) -> str:
    return f"[`{file}`]({Path(os.path.relpath(CHECKOUT / file, PAGES)).as_posix()})"


def _example(table: DescribedTable) -> Iterator[str]:
    place, job = place_of(table), job_of(table)
    asked = next((name for name in (place, place + CURRENT) if question_about(name)), place)  # a table, or its view
    question = question_about(asked)
    if question and (example := question.example_with(asked)):
        yield f"## {question.words}"
        yield _code(*example)
        yield f"From [{question.heading}](../{question.link})."
    elif job is not None:
        yield "## An example"
        yield f"{in_words(job)}"
        yield _code(score_query(job))


def in_words(job: JobSpec) -> str:
    """What a job's score is, as a sentence."""
    if job.horizon is None:
        return job.question
    days = getattr(load_definitions(), job.horizon)
    return job.question.format(horizon_days=days[job.name] if isinstance(days, dict) else days)


def score_query(job: JobSpec) -> str:
    """A query of the newest scores of a job: how many have which name, or who stands at the top."""
    scores = job.scores
    view = f"scores.{scores.table}{CURRENT}"
    if scores.is_name:
        return (
            f"select {scores.watched}, count(*) as {job.rows.many.replace(' ', '_')}\n"
            f"from {view} where status = 'scored' group by {scores.watched} order by 2 desc"
        )
    shown = [*scores.key, scores.watched, *(["reasons"] if job.reasons else [])]
    return f"select {', '.join(shown)}\nfrom {view} where status = 'scored'\norder by {scores.watched} desc limit 10"


def _code(query: str, answer: str | None = None) -> str:
    return f"```sql\n{query}\n```" + (f"\n```\n{answer}\n```" if answer else "")


def _columns(table: DescribedTable) -> Iterator[str]:
    with_units = any(map(unit_of, table.columns))
    head = ("column", "type", *(("unit",) if with_units else ()), "meaning")
    yield markdown_table(
        head,
        (
            (f"`{column.name}`", column.kind, *((unit_of(column),) if with_units else ()), column.description)
            for column in table.columns
        ),
    )


def _checks(table: DescribedTable, origin: Origin) -> Iterator[str]:
    rules = gate_rules(place_of(table))
    if origin.tested or rules:
        yield "## What is checked"
    if origin.tested:
        yield "By dbt, whenever it is built:\n\n" + "\n".join(f"- {rule}" for rule in origin.tested)
    if rules:
        rows = ((rule.gate, rule.severity, ", ".join(rule.expectations), rule.first_step) for rule in rules)
        yield "By the [gates](../gates.md):"
        yield markdown_table(("gate", "severity", "expectations", "first step"), rows)
