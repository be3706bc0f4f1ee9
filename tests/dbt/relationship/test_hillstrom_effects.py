"""The whole of Hillstrom's e-mail test: the marts give its published effects, and what pandas counts in the file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from dbt_build_file import BuildFile
from scipy import stats

from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source
from warehouse.source_definitions.in_build_file import read_source_definitions, write_source_definitions

pytestmark = pytest.mark.campaign

# Kevin Hillstrom, MineThatData E-Mail Analytics and Data Mining Challenge, 2008: percent who visited, percent who
# bought, dollars per customer.
PUBLISHED = {
    "Mens E-Mail": (18.28, 1.25, 1.42),
    "Womens E-Mail": (15.14, 0.88, 1.08),
    "No E-Mail": (10.62, 0.57, 0.65),
}
OUTCOMES = {"visit": "visit", "conversion": "conversion", "orders": "conversion", "spend": "spend"}


@pytest.fixture(scope="module")
def file(real_data: Path) -> Path:
    path = real_data / "hillstrom_email.parquet"
    if not path.exists():
        pytest.skip(f"no real data: {path.name} is absent")
    return path


@pytest.fixture(scope="module")
def table(file: Path) -> pd.DataFrame:
    found = pd.read_parquet(file)
    return found.assign(**{name: pd.to_numeric(found[name]) for name in ("visit", "conversion", "spend", "history")})


@pytest.fixture(scope="module")
def hillstrom(file: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    settings = Settings(home=tmp_path_factory.mktemp("hillstrom") / "home")
    land_input(settings, "hillstrom", file)
    ingest_source(settings, "hillstrom")
    built = BuildFile(settings.build_file("hillstrom"))
    with duckdb.connect(str(built.path)) as connection:
        write_source_definitions(connection, read_source_definitions(settings, "hillstrom"))
    models = ("campaign_effects", "campaign_balance", "campaign_summary", "campaign_effects_by_segment")
    only = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    built.build("2008-02-29", "--select", "path:seeds", *(f"+{model}" for model in models), *only)
    return built


def test_the_file_is_the_published_one(table: pd.DataFrame) -> None:
    assert len(table) == 64_000
    means = table.groupby("segment")[["visit", "conversion", "spend"]].mean() * [100, 100, 1]
    assert {name: tuple(row.round(2)) for name, row in means.iterrows()} == PUBLISHED


def test_effects_are_those_of_the_file(hillstrom: BuildFile, table: pd.DataFrame) -> None:
    control = table[table.segment == "No E-Mail"]
    rows = hillstrom.query(
        "select campaign_id, outcome, treated_count, control_count, treated_mean, control_mean, effect, verdict "
        "from marts.campaign_effects"
    )
    assert len(rows) == 8
    for campaign_id, outcome, treated_count, control_count, treated_mean, control_mean, effect, verdict in rows:
        treated = table[table.segment == campaign_id]
        column = OUTCOMES[outcome]
        assert (treated_count, control_count) == (len(treated), len(control))
        assert treated_mean == pytest.approx(treated[column].mean(), rel=1e-12)
        assert control_mean == pytest.approx(control[column].mean(), rel=1e-12)
        assert effect == pytest.approx(treated[column].mean() - control[column].mean(), rel=1e-9)
        assert verdict == "gain"


def test_intervals_of_spend_are_scipys(hillstrom: BuildFile, table: pd.DataFrame) -> None:
    query = (
        "select campaign_id, lower_effect, upper_effect, p_value from marts.campaign_effects where outcome = 'spend'"
    )
    for campaign_id, lower, upper, p_value in hillstrom.query(query):
        treated, control = (table[table.segment == name].spend for name in (campaign_id, "No E-Mail"))
        expected = stats.ttest_ind(treated, control, equal_var=False)
        interval = expected.confidence_interval(0.95)
        assert (lower, upper, p_value) == pytest.approx((interval.low, interval.high, expected.pvalue), rel=1e-9)


def test_groups_were_drawn_at_random(hillstrom: BuildFile) -> None:
    doubtful = "select count(*), count(case when is_randomisation_doubtful or is_different then 1 end)"
    assert hillstrom.query(f"{doubtful} from marts.campaign_balance") == [(6, 0)]


def test_a_shared_control_group_widens_the_sum(hillstrom: BuildFile) -> None:
    """Both e-mails are weighed against the same people, whose luck counts twice."""
    ((both, lower, upper),) = hillstrom.query(
        "select incremental_order_count, lower_incremental_order_count, upper_incremental_order_count "
        "from marts.campaign_summary"
    )
    single = hillstrom.query(
        "select incremental_total, upper_incremental_total - incremental_total from marts.campaign_effects "
        "where outcome = 'orders'"
    )
    assert both == pytest.approx(sum(total for total, _ in single))
    apart = sum(half**2 for _, half in single) ** 0.5
    assert 1.1 * apart < (upper - lower) / 2 < sum(half for _, half in single)
