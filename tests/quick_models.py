"""Trainings that take a third as long: two families of classifiers, less search and resampling, pictures left blank.

For tests in which models must be trained, registered and serve, whatever their last percent.
"""

from __future__ import annotations

import shutil
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import yaml
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from ml.configuration import CONFIGURATION_FOLDER, load_configuration

_LESS: dict[str, dict[str, Any]] = {
    # On the sample shop, models of so many rows rank its customers as those of all (docs/decisions/0037-…).
    "churn": {"bootstrap": {"repetition_count": 100}, "maximum_fit_row_count": 6000},
    "lifetime_value": {"bootstrap": {"repetition_count": 100}, "maximum_fit_row_count": 6000},
    "contract_churn": {"bootstrap": {"repetition_count": 100}},
    "segmentation": {
        "k_means": {"segment_counts": [3, 4, 5], "start_count": 3},
        "mixture": {"segment_counts": [3, 4, 5], "start_count": 1},
        "stability": {"repetition_count": 5},
    },
}
# Of the forecast: three are the fewest of which one can be left out.
_FEWER_ORIGINS = {"maximum_origin_count": 3}
# A third of the trees, each of three times the weight.
FEWER_TREES: dict[str, dict[str, Any]] = {
    "churn": {"families": {"gradient_boosting": {"tree_count": 65, "learning_rate": 0.09}}},
    "lifetime_value": {
        "buying_probability": {"tree_count": 65, "learning_rate": 0.09},
        "spend_given_purchase": {"tree_count": 50, "learning_rate": 0.15},
        "tweedie_boosting": {"tree_count": 50, "learning_rate": 0.15},
    },
    "sales_forecast": {"frequencies": {"week": _FEWER_ORIGINS, "month": _FEWER_ORIGINS}},
}
# Of a whole run: a few series forecast as many do.
_FEWER_SERIES: dict[str, dict[str, Any]] = {"sales_forecast": {"series": {"maximum_part_count": 3}}}
# Where Airflow runs the trainings, whatever they find: a sixth of those trees, and hardly any resampling.
_FEW_TREES = {"tree_count": 10, "learning_rate": 0.3}
_LEAST: dict[str, dict[str, Any]] = {
    "churn": {
        "bootstrap": {"repetition_count": 20},
        "calibration": {"fold_count": 2},
        "families": {"gradient_boosting": _FEW_TREES},
    },
    "lifetime_value": {
        "bootstrap": {"repetition_count": 20},
        "calibration": {"fold_count": 2},
        "buying_probability": _FEW_TREES,
        "spend_given_purchase": _FEW_TREES,
        "tweedie_boosting": _FEW_TREES,
    },
    "segmentation": {
        "k_means": {"segment_counts": [3, 4]},
        "mixture": {"segment_counts": [3]},
        "stability": {"repetition_count": 2},
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


def lay_out_nothing(module):
    module.ConstrainedLayoutEngine.execute = lambda *_: None


changes = {{"ml.configuration": read_less, "matplotlib.figure": draw_nothing}}
changes["matplotlib.layout_engine"] = lay_out_nothing


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
def quick_models(
    folder: Path, *, of_a_whole_run: bool = False, further: Sequence[Mapping[str, Mapping[str, Any]]] = ()
) -> Iterator[None]:
    """Let trainings in this process read `ml/conf` with less in it, which is written into a folder.

    Parameters
    ----------
    of_a_whole_run
        Even less: fewer trees, and fewer origins of the forecast. But a picture of each kind is drawn, the first.
    further
        Of a file of `ml/conf`, by name, what else is to be less.
    """
    _write_configuration(folder, (_LESS, FEWER_TREES, _FEWER_SERIES, *further) if of_a_whole_run else (_LESS, *further))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load_configuration.__wrapped__, "__defaults__", (folder,))
        load_configuration.cache_clear()
        _draw_less(patch, first_of_a_kind=of_a_whole_run)
        yield
    load_configuration.cache_clear()


def quick_models_elsewhere(folder: Path) -> Path:
    """The least in other processes: what is returned goes first in their PYTHONPATH."""
    _write_configuration(folder / "conf", (_LESS, FEWER_TREES, _LEAST))
    program = _IN_EACH_PROCESS.format(folder=str(folder / "conf"), blank=_BLANK)
    (folder / "sitecustomize.py").write_text(program, encoding="utf-8")
    return folder


def _write_configuration(folder: Path, changes: Sequence[Mapping[str, Mapping[str, Any]]]) -> None:
    shutil.copytree(CONFIGURATION_FOLDER, folder)
    for name in sorted({name for less in changes for name in less}):
        file = folder / f"{name}.yml"
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        for less in changes:
            _change(settings, less.get(name, {}))
        if name == "churn":
            for block in (settings, settings["search"]):
                part = "families" if block is settings else "choices"
                block[part] = {family: block[part][family] for family in _FAMILIES}
        file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def _change(settings: dict[str, Any], less: Mapping[str, Any]) -> None:
    """Set what is there to other values, block by block."""
    assert less.keys() <= settings.keys()
    for name, value in less.items():
        if isinstance(value, Mapping):
            _change(settings[name], value)
        else:
            settings[name] = value


def _draw_less(patch: pytest.MonkeyPatch, *, first_of_a_kind: bool) -> None:
    """One pixel for each picture, but for the first of each name if they are to be drawn.

    To lay a picture out takes as long as to draw it: that waits until it is drawn.
    """
    draw, lay_out = Figure.savefig, ConstrainedLayoutEngine.execute
    drawn, waiting = set[str](), WeakKeyDictionary[Figure, ConstrainedLayoutEngine]()

    def save(figure: Figure, path: str, **options: Any) -> None:
        layout = waiting.pop(figure, None)
        if not first_of_a_kind or Path(path).name in drawn:
            Path(path).write_bytes(_BLANK)
            return
        drawn.add(Path(path).name)
        if layout is not None:
            lay_out(layout, figure)
        draw(figure, path, **options)

    patch.setattr(Figure, "savefig", save)
    patch.setattr(ConstrainedLayoutEngine, "execute", lambda layout, figure: waiting.update({figure: layout}))
