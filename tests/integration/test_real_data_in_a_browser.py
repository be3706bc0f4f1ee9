"""Real data, published with quick models: every page of the dashboard opens, quietly, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard import menu
from dashboard.base.texts import Texts
from tests.dashboard import browser, pages_alone, pages_in_a_browser
from tests.integration import pipeline
from tests.quick_models import quick_models
from warehouse.base.settings import Settings

pytestmark = [pytest.mark.integration, pytest.mark.campaign]

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


@pytest.mark.parametrize("source", SOURCES)
def test_every_page_opens(source: str, tmp_path: Path, real_data: Path) -> None:
    file, told = SOURCES[source]
    settings = Settings(home=tmp_path / "home", memory_limit="1GB", jobs_off="")
    pipeline.run_all(settings, source, _a_part_of(real_data / file, tmp_path))
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
    texts = Texts("en")
    assert [name for name in sorted(told) if texts(f"{name}.nothing") in said[name]] == []


def _a_part_of(file: Path, folder: Path) -> Path:
    """The file; of a million order lines, those of a customer in five."""
    if file.suffix != ".parquet":
        return file
    part = folder / file.name
    duckdb.sql(f"""select * from '{file}' where hash("Customer ID") % 5 = 0""").write_parquet(str(part))
    return part
