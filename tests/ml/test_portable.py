"""Registered models outside this project: published rows in, published scores out, to the last digit."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from ml.jobs import clientele_model
from tests.ml.elsewhere import check_scores_elsewhere
from tests.ml.jobs import CUSTOMER_JOBS
from tests.ml.synthetic_shop import AS_OF_DATE, SOURCE


def test_published_rows_give_the_published_scores(trained, tmp_path: Path):
    rows = f"select * from marts.customer_features where as_of_date = date '{AS_OF_DATE}' order by hash(customer_id)"
    check_scores_elsewhere(trained[0], SOURCE, CUSTOMER_JOBS, rows, tmp_path)


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
