"""The jobs there are: one declaration each, in the order of their names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from warehouse.base.errors import SettingsError
from warehouse.base.yaml_files import read_yaml
from warehouse.jobs.spec import JobSpec

if TYPE_CHECKING:
    from warehouse.base.settings import Settings

_NO_MODEL = "has_model: false"
FOLDERS: tuple[Path, ...] = (Path(__file__).parent,)


def job_specs() -> tuple[JobSpec, ...]:
    """Every job.

    Raises
    ------
    SettingsError
        If a declaration has an unknown entry or lacks one.
    """
    return _read(FOLDERS)


def job_names() -> tuple[str, ...]:
    """Their names, as on the command line; the declarations are not read for them."""
    return tuple(file.stem for file in _files(FOLDERS))


def jobs_on(settings: Settings) -> tuple[JobSpec, ...]:
    """All jobs but those that are switched off.

    Raises
    ------
    SettingsError
        If one is to be off that does not exist, or without which the pipeline has nothing to hand over.
    """
    off = {name.strip() for name in settings.jobs_off.split(",")} - {""}
    optional = {spec.name for spec in job_specs() if spec.optional}
    if wrong := sorted(off - optional):
        raise SettingsError(
            f"CLIENTELE_JOBS_OFF: {', '.join(wrong)} cannot be switched off.",
            f"Only optional jobs can: {', '.join(sorted(optional)) or 'there is none'}.",
        )
    return tuple(spec for spec in job_specs() if spec.name not in off)


def trained_jobs() -> tuple[str, ...]:
    """Those that have a model; the declarations are not read for them, as DAG files ask for them again and again."""
    return tuple(
        file.stem for file in _files(FOLDERS) if _NO_MODEL not in file.read_text(encoding="utf-8").splitlines()
    )


def backtested_jobs() -> tuple[str, ...]:
    """Those of which a backtest shows figures."""
    return tuple(spec.name for spec in job_specs() if spec.backtest_figures)


def job_spec(name: str) -> JobSpec:
    """One job.

    Raises
    ------
    SettingsError
        If there is none of that name.
    """
    found = next((spec for spec in job_specs() if spec.name == name), None)
    if found is None:
        raise SettingsError(f"There is no job {name!r}.", f"Use one of {', '.join(job_names())}.")
    return found


@cache
def _read(folders: tuple[Path, ...]) -> tuple[JobSpec, ...]:
    return tuple(_spec(file) for file in _files(folders))


def _files(folders: tuple[Path, ...]) -> list[Path]:
    return sorted((file for folder in folders for file in folder.glob("*.yml")), key=lambda file: file.stem)


def _spec(file: Path) -> JobSpec:
    try:
        return JobSpec.model_validate({**_written(file), "name": file.stem})
    except (ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"The declaration of a job cannot be used: {file}: {error}", "Mend the file.") from error


def _written(file: Path) -> dict[str, Any]:
    """What a declaration says; with `like`, what it leaves out is as in the declaration beside it of that name."""
    written = read_yaml(file)
    like = written.pop("like", None)
    if like is None:
        return written
    another = file.with_name(f"{like}.yml")
    if another == file or not another.is_file():
        raise ValueError(f"like: there is no declaration {another.name} beside it")
    return {**_written(another), **written}
