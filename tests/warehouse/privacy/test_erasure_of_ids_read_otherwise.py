"""A person whose id stands otherwise in the files than in raw is found by either."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase
from warehouse.loading.ingest import ingest_source

ORDERS = "order_id,customer_id,ordered_at,order_amount\n"


@pytest.mark.parametrize(
    ("written", "other", "given"),
    [
        ("2007.0", "2008.0", "2007"),
        ("Uma.Quill@Canary.example", "vic@canary.example", "uma.quill@CANARY.example"),
        ("Gru\u0308n-77", "Grau-77", "Gr\u00fcn-77"),
    ],
)
def test_the_landed_rows_are_found(settings: Settings, written: str, other: str, given: str) -> None:
    landed = Path(settings.landing_of("files")) / "orders.csv"
    landed.parent.mkdir(parents=True)
    rows = [f"1,{written},2024-02-01,5", f"2,{other},2024-02-02,6", f"3,{written},no day,7"]
    landed.write_text(ORDERS + "\n".join(rows) + "\n", encoding="utf-8")
    ingest_source(settings, "files")
    erase(settings, "files", given, "a test", rebuild=False)
    text = landed.read_text(encoding="utf-8")
    assert written not in text
    assert other in text
    with open_build_file(settings, "files", read_only=True) as connection:
        assert connection.execute("select count(*), count(customer_id) from raw.orders").fetchall() == [(2, 1)]
        assert connection.execute("select row_content from quality.quarantined_rows").fetchall() == [("{}",)]
    assert ingest_source(settings, "files").rows_loaded == 0
