"""Declarations of jobs: what cannot be meant is told in words, with the file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from warehouse.base.build_file import BuildFile
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.jobs import registry
from warehouse.jobs.registry import job_names, job_spec, job_specs, jobs_on, trained_jobs
from warehouse.tables.own_tables import own_tables
from warehouse.tables.raw_tables import tables_without_rows

CHURN = yaml.safe_load((registry.FOLDERS[0] / "churn.yml").read_text(encoding="utf-8"))


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that declares one job, and no other."""
    monkeypatch.setattr(registry, "FOLDERS", (tmp_path,))

    def declare(**changes: object) -> None:
        (tmp_path / "mine.yml").write_text(yaml.safe_dump({**CHURN, **changes}), encoding="utf-8")
        registry._read.cache_clear()

    yield declare
    registry._read.cache_clear()


def test_the_name_is_that_of_the_file(declared) -> None:
    declared(name="another")
    assert job_names() == ("mine",)
    assert job_spec("mine").model_name == "crm_mine"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"horizn": "x"}, "horizn"),
        ({"code": "no class"}, "code"),
        ({"figures": {}}, "figures"),
        ({"scores": {**CHURN["scores"], "watched": "risk"}}, "has no column risk"),
        ({"scores": {**CHURN["scores"], "columns": {"churn_probability": ["double", "P.", {"max": 1}]}}}, "needs min"),
        ({"scores": {**CHURN["scores"], "columns": {"churn_probability": ["double", "P.", "filed"]}}}, "filed"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_file(declared, changes: dict, words: str) -> None:
    declared(**changes)
    with pytest.raises(SettingsError, match=rf"(?s)mine\.yml.*{words}"):
        job_specs()


def test_an_optional_job_can_be_switched_off(declared, settings: Settings) -> None:
    declared()
    off, on = (settings.model_copy(update={"jobs_off": text}) for text in (" mine ,", ""))
    assert [spec.name for spec in jobs_on(on)] == ["mine"]
    with pytest.raises(SettingsError, match="CLIENTELE_JOBS_OFF: mine cannot be switched off"):
        jobs_on(off)
    declared(optional=True)
    assert jobs_on(off) == ()
    with pytest.raises(SettingsError, match="yours cannot be switched off"):
        jobs_on(settings.model_copy(update={"jobs_off": "mine,yours"}))


def test_jobs_with_a_model_are_told_by_the_text_of_their_declarations() -> None:
    assert trained_jobs() == tuple(spec.name for spec in job_specs() if spec.has_model)
    assert 0 < len(trained_jobs()) < len(job_names())


def test_an_unknown_type_is_refused(declared) -> None:
    declared(scores={**CHURN["scores"], "columns": {"churn_probability": ["percent", "P."]}})
    with pytest.raises(SettingsError, match="churn_probability has an unknown type 'percent'"):
        own_tables("scores")


def test_a_need_that_the_contract_does_not_have_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="A job needs product, which the data contract does not have"):
        tables_without_rows(BuildFile(settings, "files"), ("orders", "product"))


def test_a_job_that_is_not_declared_is_refused() -> None:
    with pytest.raises(SettingsError, match="There is no job 'churm'"):
        job_spec("churm")
