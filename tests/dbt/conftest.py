"""Build files shared by the tests of the dbt project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from contract_shop import AS_OF_DATE as CONTRACTS_AS_OF_DATE
from contract_shop import EARLIER_DATE, build, fill
from dbt_build_file import AS_OF_DATE, BuildFile
from random_shop import draw_shop

from tests.dbt_kept_ready import DbtKeptReady
from tests.homes import made_once
from tests.parsed_once import parsed_once_in


@pytest.fixture(scope="session", autouse=True)
def _build_files_share_dbt(parsed_folder: Path, dbt_kept_ready: DbtKeptReady) -> Iterator[None]:
    def shared(_: Path, path: Path, variables: Mapping[str, object]) -> Path:
        return parsed_once_in(parsed_folder, path, variables)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dbt_build_file.parsed_file_in", shared)
        patch.setattr("dbt_build_file.subprocess", dbt_kept_ready)
        yield


@pytest.fixture
def build_file(tmp_path: Path) -> BuildFile:
    """An empty build file."""
    return BuildFile.create(tmp_path)


@pytest.fixture(scope="session")
def filled_shop(tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The random shop, loaded and not yet built. Copy it before building."""
    shop = BuildFile.create(tmp_path_factory.mktemp("filled"))
    shop.insert_all(draw_shop())
    return shop


@pytest.fixture(scope="session")
def built_shop(filled_shop: BuildFile, tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The random shop with everything built and every test of dbt passed, its unit tests included."""

    def make(folder: Path) -> None:
        folder.mkdir()
        filled_shop.copy_to(folder).build(AS_OF_DATE)

    return BuildFile(made_once(tmp_path_factory, "built_shop", make) / "build.duckdb")


@pytest.fixture(scope="session")
def contract_shop(tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The shop of contracts, with all marts about them; read only, please."""

    def make(folder: Path) -> None:
        folder.mkdir()
        shop = BuildFile.create(folder)
        fill(shop, until=CONTRACTS_AS_OF_DATE + timedelta(days=1))
        marts = ("subscription_features", "subscription_retention", "path:models/relationship/contracts")
        build(shop, CONTRACTS_AS_OF_DATE, *marts)

    return BuildFile(made_once(tmp_path_factory, "contract_shop", make) / "build.duckdb")


@pytest.fixture(scope="session")
def earlier_contract_shop(contract_shop: BuildFile, tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The same, as of an earlier date."""

    def make(folder: Path) -> None:
        folder.mkdir()
        marts = ("subscription_retention", "path:models/relationship/contracts")
        build(contract_shop.copy_to(folder), EARLIER_DATE, *marts)

    return BuildFile(made_once(tmp_path_factory, "earlier_contract_shop", make) / "build.duckdb")
