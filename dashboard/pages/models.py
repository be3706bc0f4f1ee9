"""Models: what serves for each job and why, how it did on other dates, and for whom it is right."""

from __future__ import annotations

from typing import Any

import pandas
import streamlit as st

from dashboard.base.plain_text import plain_text
from dashboard.charts import models as charts
from dashboard.picture import show_picture, show_rows
from dashboard.tiles import show_tiles
from dashboard.view import View
from warehouse.base.browser_pages import browser_pages
from warehouse.dictionary.table_page import in_words
from warehouse.jobs.registry import job_specs
from warehouse.jobs.spec import JobSpec

_FIRST_SHOWN = "churn"


def show(view: View) -> None:
    """Lay out the page."""
    directions = {"less_is_better": _less_is_better()}
    place = st.container()
    figures = show_tiles(view, "models/standing")
    if not figures:
        return
    with place:
        counts = {name: view.numbers.count(value) for name, value in figures.items()}
        st.info(view.texts("models.verdict", **counts), icon=":material/model_training:")
    show_picture(view, "models/serving", charts.gain, **directions)
    _show_one_job(view, directions)


def _less_is_better() -> tuple[str, ...]:
    """Figures that are the better the smaller they are, as the jobs declare them."""
    figures = {name: figure for spec in job_specs() for name, figure in spec.figures.items()}
    return tuple(sorted(name for name, figure in figures.items() if figure.better == "less"))


def _show_one_job(view: View, directions: dict[str, Any]) -> None:
    served = view.ask("models/serving", **directions)
    specs = {spec.name: spec for spec in job_specs() if spec.name in set(served["job"])}
    if not specs:
        return
    st.divider()
    job = st.selectbox(
        view.texts("models.choose"),
        list(specs),
        index=list(specs).index(_FIRST_SHOWN) if _FIRST_SHOWN in specs else 0,
        format_func=lambda name: view.texts.value("job", name),
        key="job",
        bind="query-params",
    )
    _say_what_it_is(view, specs[job], served[served["job"] == job])
    values = {"job": job, "metric": _metric_of_origins(specs[job])}
    show_picture(view, "models/origins", charts.origins, **values, **directions)
    show_picture(view, "models/groups", charts.groups, job=job)
    st.caption(view.texts("models.calibration"))
    show_picture(view, "models/drift", charts.drift, job=job)
    show_rows(view, "models/realised", job=job)
    show_rows(view, "models/decisions", job=job)


def _metric_of_origins(spec: JobSpec) -> str:
    return next(iter(spec.backtest_figures), spec.rank_metric)


def _say_what_it_is(view: View, spec: JobSpec, served: pandas.DataFrame) -> None:
    """Question and limits as declared, the decision in its own words, and where MLflow has it."""
    st.markdown(f"**{plain_text(view.texts.declared(in_words(spec)))}**")
    for row in served.to_dict("records"):
        candidate, day = row["candidate"], view.numbers.day(row["decided_at"])
        words = view.texts(f"models.served_by.{row['served_by']}", candidate=plain_text(candidate), day=day)
        st.markdown(f"{words} {plain_text(row['reason'])}")
    if spec.limits:
        st.caption(" · ".join(plain_text(view.texts.declared(limit)) for limit in spec.limits))
    _link(view, served.iloc[0].to_dict())


def _link(view: View, row: dict[Any, Any]) -> None:
    places = browser_pages(view.settings)
    if not places.mlflow:
        return
    if not pandas.isna(row["model_version"]):
        address = places.model(row["model_name"], row["model_version"])
        st.link_button(view.texts("models.to_model"), address, icon=":material/science:")
    elif not pandas.isna(row["mlflow_run_id"]):
        st.link_button(view.texts("models.to_run"), places.run(row["mlflow_run_id"]), icon=":material/science:")
