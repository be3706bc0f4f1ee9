"""Settings of the models with which a training takes half as long: the same candidates, less search and resampling.

For tests in which models must be trained, registered and serve, whatever their last percent.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from ml.configuration import CONFIGURATION_FOLDER, load_configuration

_LESS: dict[str, dict[str, Any]] = {
    "churn": {"search": {"trial_count": 1}, "bootstrap": {"repetition_count": 100}},
    "lifetime_value": {"search": {"trial_count": 1}, "bootstrap": {"repetition_count": 100}},
    "segmentation": {
        "k_means": {"segment_counts": [3, 4, 5], "start_count": 3},
        "mixture": {"segment_counts": [3, 4, 5], "start_count": 1},
        "stability": {"repetition_count": 5},
    },
}


@contextmanager
def quick_models(folder: Path) -> Iterator[None]:
    """Let trainings in this process read `ml/conf` with less in it, which is written into a folder."""
    shutil.copytree(CONFIGURATION_FOLDER, folder)
    for name, less in _LESS.items():
        file = folder / f"{name}.yml"
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        for block, values in less.items():
            assert values.keys() <= settings[block].keys()
            settings[block] |= values
        file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load_configuration.__wrapped__, "__defaults__", (folder,))
        load_configuration.cache_clear()
        yield
    load_configuration.cache_clear()
