"""Links from one program to the other: addresses as the start has written them down, and none where there are none."""

from __future__ import annotations

import json

from services.environment import Addresses
from warehouse.base.browser_pages import BrowserPages, browser_pages
from warehouse.base.settings import Settings


def written(settings: Settings, **ports: int) -> None:
    settings.run_folder.mkdir(parents=True)
    (settings.run_folder / "addresses.json").write_text(json.dumps(ports))


def test_they_are_where_the_servers_listen(settings: Settings) -> None:
    where = Addresses(8081, 5001, 8502, 8602)
    written(settings, airflow_port=8081, mlflow_port=5001, dashboard_port=8502)
    found = browser_pages(settings)
    assert (found.airflow, found.mlflow, found.dashboard) == (where.airflow, where.mlflow, where.dashboard)
    assert found.documents == f"{where.airflow}/documents"


def test_a_program_that_does_not_run_here_has_no_page(settings: Settings) -> None:
    assert browser_pages(settings) == BrowserPages()
    assert browser_pages(settings).documents == ""
    written(settings, airflow_port=8081, mlflow_port=5001)
    assert browser_pages(settings).dashboard == ""


def test_a_server_of_ones_own_is_where_it_is(settings: Settings) -> None:
    written(settings, airflow_port=8081, mlflow_port=5001)
    elsewhere = settings.model_copy(update={"mlflow_tracking_uri": "https://mlflow.example.com/"})
    assert browser_pages(elsewhere).mlflow == "https://mlflow.example.com"


def test_addresses_of_the_settings_go_before_those_of_the_start(settings: Settings) -> None:
    named = settings.model_copy(
        update={
            "airflow_url": "https://shop.example.com/",
            "mlflow_url": "https://m.example.com",
            "dashboard_url": "https://look.example.com/",
        }
    )
    assert browser_pages(named) == BrowserPages(
        airflow="https://shop.example.com", mlflow="https://m.example.com", dashboard="https://look.example.com"
    )
    assert (
        browser_pages(named).model("a b", "3")
        == "https://m.example.com/#/models/a%20b/versions/3?workflowType=machine_learning"
    )
