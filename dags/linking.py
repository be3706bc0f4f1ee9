"""Buttons on a task's page that lead to what it made: a run in MLflow, the summary of what was published, Data Docs.

A task says where its button leads when it runs; Airflow keeps the address with the task's results.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.decorators.python import _PythonDecoratedOperator
from airflow.sdk import BaseOperatorLink, get_current_context
from airflow.sdk.bases.decorator import TaskDecorator, task_decorator_factory

WHY, SUMMARY, DATA_DOCS, DASHBOARD = "Why this model", "Summary of this run", "Data Docs", "Dashboard"


class PageLink(BaseOperatorLink):
    """A button; it is shown where the task has said where it leads."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        """What is on the button."""
        return self._name

    @property
    def xcom_key(self) -> str:
        """Where Airflow keeps the address."""
        return f"page_{self._name.lower().replace(' ', '_')}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address that the task has given; empty if none."""
        found = ti_key.xcom_pull(task_ids=ti_key.task_id, key=self.xcom_key, map_indexes=ti_key.map_index)
        return found or ""


class LinkingOperator(_PythonDecoratedOperator):
    """A task of a function, with buttons."""

    custom_operator_name = "@task"
    operator_extra_links = tuple(PageLink(name) for name in (WHY, SUMMARY, DATA_DOCS, DASHBOARD))


def linking_task(**options: Any) -> TaskDecorator:
    """Return a decorator, as `airflow.sdk.task` does, for functions that may call `lead_to`."""
    return task_decorator_factory(decorated_operator_class=LinkingOperator, **options)


def lead_to_dashboard() -> None:
    """Let a button of the running task lead to the dashboard, if it runs here."""
    from warehouse.base.browser_pages import browser_pages
    from warehouse.base.settings import Settings

    lead_to(DASHBOARD, browser_pages(Settings()).dashboard)


def lead_to(button: str, address: str) -> None:
    """Let a button of the running task lead to an address; without one there is no button."""
    if address:
        get_current_context()["ti"].xcom_push(PageLink(button).xcom_key, address)
