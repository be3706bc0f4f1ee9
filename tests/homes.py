"""Homes that are made once, for all of pytest's processes, and copied where a test writes into them."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.copies import is_copy
from warehouse.base.settings import Settings


def copied_home(made: Settings, home: Path) -> Settings:
    """Return the settings of a copy of a home, links and permissions as they are."""
    copy = made.model_copy(update={"home": home})
    shutil.copytree(made.home, home, symlinks=True)
    return copy


def with_tracking(settings: Settings, empty: Path) -> Settings:
    """Put an MLflow database without anything in it into a home: making its tables takes seconds.

    Parameters
    ----------
    empty
        Of the fixture `empty_tracking`.
    """
    settings.mlflow_folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty, settings.mlflow_folder / "mlflow.db")
    return settings


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return this process's own copy of a home that one process of the test run made.

    Parameters
    ----------
    name
        Of the home; whoever names the same gets the same.
    make
        Makes it, in a folder that is not there yet.
    """
    own = factory.mktemp(name) / "home"
    if not is_copy(factory):
        make(own)
        return own
    shared = factory.getbasetemp().parent / f"shared-{name}"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            make(own)
            shutil.copytree(own, shared, symlinks=True)
            return own
    shutil.copytree(shared, own, symlinks=True)
    return own
