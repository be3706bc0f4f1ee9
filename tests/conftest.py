"""Fixtures shared by all tests: settings in a temporary home, and where the real data lie."""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from expectations import gates
from tests.copies import is_copy
from tests.dbt_kept_ready import DbtKeptReady
from tests.homes import made_once, with_tracking
from tests.marking import mark_unit_tests
from tests.parsed_once import parsed_once_in
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.jobs.registry import job_specs

_WRITE_PAGES = gates._write_pages
# Of new objects, and of collections until one looks at older ones; there is memory enough.
_OBJECTS_BEFORE_COLLECTION = (50_000, 20, 50)

# CI looks for the same examples each time, so that a landing is not refused for another one's find.
hypothesis_settings.register_profile("ci", derandomize=True, database=None)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("ci")


def pytest_configure() -> None:
    """What tests leave out unless they say so.

    Jobs without a model have tests of their own. A second thread of DuckDB costs a tenth of all processor time where
    there are a few thousand rows; whole runs and campaigns have it.
    """
    os.environ["CLIENTELE_JOBS_OFF"] = ",".join(spec.name for spec in job_specs() if not spec.has_model)
    os.environ.setdefault("CLIENTELE_THREADS", "1")
    gc.disable()  # collecting makes millions of objects, and none of them is garbage


def pytest_collection_finish() -> None:
    """What is imported stays: looking through it for garbage again and again takes a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_OBJECTS_BEFORE_COLLECTION)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_unit_tests(items)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose home is this test's own folder."""
    return Settings(home=tmp_path / "home", memory_limit="1GB")


@pytest.fixture(scope="session")
def parsed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what dbt parsed is kept for all homes of a test run: each would take five seconds to parse it again.

    It names files of this checkout.
    """
    return tmp_path_factory.getbasetemp().parent / f"parsed-{CHECKOUT.name}"


@pytest.fixture(scope="session")
def dbt_kept_ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtKeptReady]:
    """Takes the place of `subprocess` where dbt is started; `import dbt` takes three seconds each time."""
    base = tmp_path_factory.getbasetemp()
    ready = DbtKeptReady(base.parent if is_copy(tmp_path_factory) else base)
    yield ready
    ready.close()


@pytest.fixture(scope="session", autouse=True)
def _dbt_ready_and_parsed_once(parsed_folder: Path, dbt_kept_ready: DbtKeptReady) -> Iterator[None]:
    def shared(settings: Settings, source: str, variables: Mapping[str, object] | None = None) -> Path:
        return parsed_once_in(parsed_folder, settings.build_file(source), variables or {})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.marts.dbt.parsed_file", shared)
        patch.setattr("warehouse.marts.dbt.subprocess", dbt_kept_ready)
        yield


@pytest.fixture(scope="session", autouse=True)
def _gates_write_no_pages() -> Iterator[None]:
    """Rendering takes time that only the tests that ask for `gate_pages` need."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gates, "_write_pages", lambda *_: None)
        yield


@pytest.fixture
def gate_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gates write their pages, as in production."""
    monkeypatch.setattr(gates, "_write_pages", _WRITE_PAGES)


@pytest.fixture
def dbt_writes_everything(dbt_kept_ready: DbtKeptReady, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt writes its log and all its artefacts, as in production."""
    monkeypatch.setattr(dbt_kept_ready, "is_read", True)


@pytest.fixture
def dbt_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt is started anew and writes its log and all its artefacts."""
    monkeypatch.setattr("warehouse.marts.dbt.subprocess", subprocess)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("CLIENTELE_REAL_DATA") or CHECKOUT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder.name} is absent (set CLIENTELE_REAL_DATA)")
    return folder


@pytest.fixture(scope="session")
def empty_tracking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database with tables and nothing in them: making one takes seconds."""
    from mlflow import MlflowClient

    def make(folder: Path) -> None:
        folder.mkdir()
        uri = f"sqlite:///{folder / 'mlflow.db'}"
        MlflowClient(uri, uri).search_experiments()

    return made_once(tmp_path_factory, "mlflow", make) / "mlflow.db"


@pytest.fixture
def fresh(settings: Settings, empty_tracking: Path) -> Settings:
    """Settings of this test's own home, with an empty MLflow."""
    return with_tracking(settings, empty_tracking)
