"""A small sample shop as files, and a larger one as arrays and clean tables, each made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from warehouse.sources.sample_shop.generate import GeneratedFiles, build_shop, generate
from warehouse.sources.sample_shop.population import Population, draw_population
from warehouse.sources.sample_shop.season import Season
from warehouse.sources.sample_shop.settings import SampleShop


@dataclass(frozen=True)
class Written:
    """A shop on disk."""

    shop: SampleShop
    landing: Path
    truth: Path
    files: GeneratedFiles


@dataclass(frozen=True)
class Drawn:
    """A larger shop's customers as arrays, for questions to the process itself."""

    shop: SampleShop
    season: Season
    population: Population


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """600 customers with 5 % dirt."""
    shop = SampleShop(customer_count=600, dirt_share=0.05)
    home = tmp_path_factory.mktemp("sample_shop")
    files = generate(home / "landing", home / "truth", shop)
    return Written(shop, home / "landing", home / "truth", files)


@pytest.fixture(scope="session")
def clean() -> dict[str, pd.DataFrame]:
    """The tables of 800 customers before any dirt."""
    tables, _ = build_shop(SampleShop(customer_count=800))
    return {name: table.to_pandas() for name, table in tables.items()}


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    """20,000 customers, only drawn."""
    shop = SampleShop(customer_count=20_000)
    season = Season(shop.first_date, shop.last_date)
    return Drawn(shop, season, draw_population(shop, season))
