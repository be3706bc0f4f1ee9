"""The page of a published version: whole, without scripts and requests, with figures that can be checked by hand."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from dashboard.__main__ import main
from dashboard.version_page.page import versions_without_page, write_page
from warehouse.base.errors import PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of, switch_to, versions_folder

VERSION = "20260701T000000000000-shop"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def published(settings: Settings) -> Settings:
    """A version with three months of sales, two customers at risk, and an indicator with a hostile title."""
    folder = folder_of(settings, VERSION)
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "clientele.duckdb")) as connection:
        connection.execute("create schema marts; create schema scores; create schema quality")
        _history(connection)
        _sales(connection)
    switch_to(settings, VERSION)
    return settings


def test_it_is_one_file_that_asks_for_nothing_and_runs_nothing(published: Settings) -> None:
    text = write_page(published).read_text(encoding="utf-8")
    assert HOSTILE not in text and "&lt;script&gt;" in text
    assert not re.findall(r"<(script|link|img|iframe|object|embed)\b", text)
    assert not re.findall(r"(?:src|href)=|url\(|@import", text)
    assert "default-src 'none'" in text


def test_it_shows_the_figures_of_the_newest_complete_month(published: Settings) -> None:
    text = write_page(published).read_text(encoding="utf-8")
    assert "1,250 EUR" in text  # May; June is not over
    assert "as of 1 July 2026" in text and VERSION in text
    assert text.count("<svg") == 2
    assert "High risk" in text


def test_it_is_kept_with_the_version_and_read_only(published: Settings) -> None:
    file = write_page(published)
    assert file == folder_of(published, VERSION) / "page.html"
    assert file.stat().st_mode & 0o777 == 0o444
    assert (published.published_folder / "page.html").resolve() == file
    again = write_page(published, language="zh")
    assert 'lang="zh-Hans"' in again.read_text(encoding="utf-8")


def test_pages_that_an_erasure_took_are_drawn_anew_and_no_others(
    published: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENTELE_HOME", str(published.home))
    file = folder_of(published, VERSION) / "page.html"
    assert main(["missing-pages"]) == 0
    assert str(file) in capsys.readouterr().out
    drawn = file.stat().st_mtime_ns
    assert main(["missing-pages"]) == 0
    assert capsys.readouterr().out == ""
    assert file.stat().st_mtime_ns == drawn


def test_where_nothing_is_published_no_page_is_missing(settings: Settings) -> None:
    assert versions_without_page(settings) == []


def test_a_version_that_is_not_kept_is_told(published: Settings) -> None:
    with pytest.raises(PublishError, match="no published version of-yore"):
        write_page(published, "of-yore")


def test_before_the_first_publication_it_is_told(settings: Settings) -> None:
    Path(versions_folder(settings)).mkdir(parents=True)
    with pytest.raises(PublishError, match="no published version"):
        write_page(settings)


def _history(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table quality.pipeline_runs (published_version varchar, source varchar, as_of_date date, "
        "published_at timestamp)"
    )
    connection.execute(
        "insert into quality.pipeline_runs values (?, 'shop', ?, ?)",
        [VERSION, date(2026, 7, 1), datetime(2026, 7, 1, 6)],
    )


def _sales(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table marts.fct_orders as select 'EUR' as currency")
    connection.execute(
        "create table marts.kpi_definitions as "
        "select 'net_sales_amount' as name, $title as title, 'Sold.' as definition",
        {"title": HOSTILE},
    )
    connection.execute(
        "create table marts.kpis as select * from (values "
        "(date '2026-05-01', 'net_sales_amount', 1250.0, null::double, null::double, 'amount', 'more', true), "
        "(date '2026-06-01', 'net_sales_amount', 77.0, null, null, 'amount', 'more', false)) "
        "t(month, name, value, lower_value, upper_value, unit, better_is, is_complete_month)"
    )
    connection.execute(
        "create table marts.revenue_new_and_returning as select date '2026-05-01' as month, 1000.0 as new_net_amount, "
        "200.0 as returning_net_amount, 50.0 as guest_net_amount, true as is_complete_month"
    )
    connection.execute(
        "create table marts.customer_360 as select 'high' as churn_risk_band, 100.0 as value_at_stake_amount, "
        "80.0 as expected_loss_amount, 90 as churn_horizon_days, 'DE' as country, 'Loyal' as segment_name"
    )
