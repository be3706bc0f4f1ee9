"""Trainings that take a third as long: two families of classifiers, less search and resampling, pictures left blank.

For tests in which models must be trained, registered and serve, whatever their last percent.
"""

from __future__ import annotations

import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from ml.configuration import CONFIGURATION_FOLDER, load_configuration

_LESS: dict[str, dict[str, Any]] = {
    "churn": {"bootstrap": {"repetition_count": 100}},
    "lifetime_value": {"bootstrap": {"repetition_count": 100}},
    "contract_churn": {"bootstrap": {"repetition_count": 100}},
    "segmentation": {
        "k_means": {"segment_counts": [3, 4, 5], "start_count": 3},
        "mixture": {"segment_counts": [3, 4, 5], "start_count": 1},
        "stability": {"repetition_count": 5},
    },
}
# Of churn: the plainest and the one that mostly wins.
_FAMILIES = ("logistic_regression", "gradient_boosting")
# One pixel.
_BLANK = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAG7buVgAAAABJRU5ErkJggg==")

# Nothing is imported ahead, only seen to when it is.
_IN_EACH_PROCESS = """
import importlib.util
import sys
from pathlib import Path


def read_less(module):
    module.load_configuration.__wrapped__.__defaults__ = (Path({folder!r}),)


def draw_nothing(module):
    module.Figure.savefig = lambda _, path, **__: Path(path).write_bytes({blank!r})


changes = {{"ml.configuration": read_less, "matplotlib.figure": draw_nothing}}


class Quick:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        change = changes.pop(name, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module

        def run_and_change(module):
            run(module)
            change(module)

        spec.loader.exec_module = run_and_change
        return spec


sys.meta_path.insert(0, Quick)
"""


@contextmanager
def quick_models(folder: Path, *, with_pictures: bool = False) -> Iterator[None]:
    """Let trainings in this process read `ml/conf` with less in it, which is written into a folder.

    Parameters
    ----------
    with_pictures
        Whether figures are drawn: a third of what is left.
    """
    _write_configuration(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load_configuration.__wrapped__, "__defaults__", (folder,))
        load_configuration.cache_clear()
        if not with_pictures:
            patch.setattr("matplotlib.figure.Figure.savefig", _save_blank)
        yield
    load_configuration.cache_clear()


def quick_models_elsewhere(folder: Path) -> Path:
    """The same in other processes: what is returned goes first in their PYTHONPATH."""
    _write_configuration(folder / "conf")
    program = _IN_EACH_PROCESS.format(folder=str(folder / "conf"), blank=_BLANK)
    (folder / "sitecustomize.py").write_text(program, encoding="utf-8")
    return folder


def _write_configuration(folder: Path) -> None:
    shutil.copytree(CONFIGURATION_FOLDER, folder)
    for name, less in _LESS.items():
        file = folder / f"{name}.yml"
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        for block, values in less.items():
            assert values.keys() <= settings[block].keys()
            settings[block] |= values
        if name == "churn":
            for block in (settings, settings["search"]):
                part = "families" if block is settings else "choices"
                block[part] = {family: block[part][family] for family in _FAMILIES}
        file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def _save_blank(_: object, path: str, **__: object) -> None:
    Path(path).write_bytes(_BLANK)
