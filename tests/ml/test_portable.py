"""Registered models outside this project: the code they come with is their own.

Their scores there: `contract_churn/test_contract_bad_inputs.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from ml.jobs import clientele_model


@pytest.mark.parametrize("loaded", ["another release", "another package"])
def test_code_that_is_not_the_models_own_is_refused(tmp_path: Path, monkeypatch, loaded: str):
    (tmp_path / "packages.zip").write_bytes(b"some release")
    if loaded == "another release":
        monkeypatch.setattr(clientele_model, "_on_path", ["its digest"])
    else:
        for name in [name for name in sys.modules if name.partition(".")[0] == "ml"]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "ml", ModuleType("ml"))
    with pytest.raises(ImportError, match=f"{loaded}.*process of its own"):
        clientele_model._load_pyfunc(str(tmp_path))
