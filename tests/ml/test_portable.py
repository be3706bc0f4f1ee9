"""Registered models outside this project: published rows in, published scores out, to the last digit."""

from __future__ import annotations

from pathlib import Path

from tests.ml.elsewhere import check_scores_elsewhere
from tests.ml.jobs import CUSTOMER_JOBS
from tests.ml.synthetic_shop import AS_OF_DATE, SOURCE


def test_published_rows_give_the_published_scores(trained, tmp_path: Path):
    rows = f"select * from marts.customer_features where as_of_date = date '{AS_OF_DATE}' order by hash(customer_id)"
    check_scores_elsewhere(trained[0], SOURCE, CUSTOMER_JOBS, rows, tmp_path)
