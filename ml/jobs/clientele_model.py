"""Makes a registered model of Clientele loadable where Clientele is not installed.

MLflow copies this file beside each model and calls `_load_pyfunc`. It stands alone: what it imports of ours lies, as
an archive, in the model's folder.
"""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PACKAGES = ("ml", "warehouse")
_on_path: list[str] = []  # the digest of the archive that this process uses


def _load_pyfunc(folder: str) -> Any:
    """The model in a folder, with a method `predict` that takes rows as published."""
    _make_importable(Path(folder) / "packages.zip")
    from ml.jobs.portable import load_portable

    return load_portable(Path(folder))


def _make_importable(archive: Path) -> None:
    """Put the packages of the archive on the path, unless this process runs Clientele itself.

    Raises
    ------
    ImportError
        If the process has packages of these names that are not ours, or ours of another release.
    """
    digest = sha256(archive.read_bytes()).hexdigest()
    if digest in _on_path:
        return
    if _on_path:
        raise ImportError(
            "This process has loaded a model that another release of Clientele registered, and Python has one package "
            "of a name. Load this model in a process of its own."
        )
    if any(name in sys.modules for name in _PACKAGES):
        if _is_clientele():
            return
        raise ImportError(
            f"This process has imported another package called {' or '.join(_PACKAGES)}, and the model brings its "
            "own. Load the model in a process of its own."
        )
    folder = tempfile.mkdtemp(prefix="clientele-model-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.unpack_archive(archive, folder)
    sys.path.insert(0, folder)
    _on_path.append(digest)


def _is_clientele() -> bool:
    """Whether the packages of our names that this process has are ours."""
    try:
        return find_spec("ml.jobs.portable") is not None
    except (ImportError, ValueError):
        return False
