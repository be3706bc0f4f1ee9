"""Real data, published with quick models: every page of the dashboard opens, quietly, in both languages, and facts are
scored as published.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard import menu
from dashboard.base.texts import Texts
from tests.dashboard import browser, pages_alone, pages_in_a_browser
from tests.integration import pipeline
from tests.integration.facts import differences, facts_scorer
from tests.quick_models import quick_models
from warehouse.base.settings import Settings

pytestmark = [pytest.mark.integration, pytest.mark.campaign]

MOST_CUSTOMERS = 5000  # whose facts are scored: two to five minutes
# Pages that have something to tell of each source, besides the overview and those on models and trust.
SOURCES = {
    "online_retail_ii": ("online_retail_ii.parquet", {"act_today", "segments", "retention", "value", "products"}),
    "cdnow": ("cdnow_master.txt", {"act_today", "segments", "retention", "value"}),
    "ibm_telco": ("ibm_telco_churn.csv", {"contracts"}),
}


@pytest.fixture(scope="module", autouse=True)
def less_search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is shown is of interest, not how good it is."""
    with quick_models(tmp_path_factory.mktemp("models") / "conf", of_a_whole_run=True):
        yield


@pytest.fixture(scope="module", params=SOURCES)
def published(
    request: pytest.FixtureRequest, less_search: None, tmp_path_factory: pytest.TempPathFactory, real_data: Path
) -> tuple[str, Settings]:
    """A source, and the settings of the home in which it is published."""
    file, _ = SOURCES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    settings = Settings(home=folder / "home", memory_limit="1GB", threads=2, jobs_off="")
    pipeline.run_all(settings, request.param, _a_part_of(real_data / file, folder))
    return request.param, settings


def test_every_page_opens(published: tuple[str, Settings]) -> None:
    source, settings = published
    with (
        browser.browser() as started,
        browser.dashboard_of(settings) as address,
        browser.visit(started, address) as visited,
    ):
        visited.open(*menu.PAGES[1:])
        pages_in_a_browser.switch_language(visited, menu.PAGES[-1], "zh")
        visited.open(*menu.PAGES[:-1])
        pages_in_a_browser.assert_quiet(visited)
    said = pages_alone.what_they_say(settings, menu.PAGES)
    _, told = SOURCES[source]
    texts = Texts("en")
    assert [name for name in sorted(told) if texts(f"{name}.nothing") in said[name]] == []


def test_facts_of_customers_are_scored_as_the_pipeline_scored_them(published: tuple[str, Settings]) -> None:
    source, settings = published
    everybody = "select customer_id from marts.customer_360 order by hash(customer_id), customer_id"
    customers = [one for (one,) in pipeline.published(settings, f"{everybody} limit {MOST_CUSTOMERS}")]
    assert len(customers) > 1000
    with facts_scorer(settings) as scorer:
        assert list(differences(scorer, settings, source, customers, (20,))) == []


def _a_part_of(file: Path, folder: Path) -> Path:
    """The file; of a million order lines, those of a customer in five."""
    if file.suffix != ".parquet":
        return file
    part = folder / file.name
    duckdb.sql(f"""select * from '{file}' where hash("Customer ID") % 5 = 0""").write_parquet(str(part))
    return part
