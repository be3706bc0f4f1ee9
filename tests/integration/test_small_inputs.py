"""Inputs too small or too odd to model: published all the same, with reasons instead of numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import stages
from tests.integration import pipeline
from warehouse.base.errors import GateFailed, SettingsError
from warehouse.base.settings import Settings

pytestmark = pytest.mark.integration

ORDERS = "order_id,customer_id,ordered_at,order_amount\n"
ODD_NAMES = (
    "customer_id,first_name,last_name,email\n"
    '1,"Ann ""Annie""","O\'Hara, Jr.",a@example.com\n2,"Zoë 🦊","line\nbreak",\n3,nan,,c@example.com\n'
)

CASES = {
    "one customer": {"orders.csv": ORDERS + "".join(f"{n},a,2024-0{n}-01,10\n" for n in range(1, 9))},
    "a single day": {"orders.csv": ORDERS + "".join(f"{n},c{n},2024-05-01 1{n % 10}:00:00,{n}\n" for n in range(50))},
    "customers without orders, orders without customers, zero and negative prices": {
        "orders.csv": ORDERS + "1,1,2024-01-05,10\n2,,2024-02-05,20\n3,ghost,2024-03-05,30\n"
        "4,a,2024-01-05,\n5,b,2024-02-05,\n6,a,2024-03-01,\n",
        "customers.csv": ODD_NAMES,
        "order_items.csv": "order_item_id,order_id,product_code,quantity,unit_price_amount\n"
        "1,4,MUG,1,0\n2,5,MUG,1,-5\n3,5,MUG,2,4.50\n4,6,MUG,1,1.005\n",
    },
}


# One day alone, and one customer, go through the marts and their tests in tests/dbt/test_dbt_small_inputs.py.
_ELSEWHERE = ("one customer", "a single day")


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[pytest.mark.campaign] if case in _ELSEWHERE else []) for case in CASES]
)
def test_it_is_published_with_reasons(case: str, fresh: Settings, tmp_path: Path) -> None:
    settings = fresh
    given = tmp_path / "given"
    given.mkdir()
    for name, content in CASES[case].items():
        (given / name).write_text(content, encoding="utf-8")
    report, _, _ = pipeline.run_all(settings, "files", given)
    for load in report.loads:
        assert load.rows_read == load.rows_loaded + load.rows_quarantined + load.rows_already_loaded
    rows = pipeline.published(
        settings,
        "select customer_id, churn_status, churn_reason, clv_status, churn_probability from marts.customer_360",
    )
    assert rows
    for _, churn_status, churn_reason, clv_status, probability in rows:
        assert churn_status in ("refused", "not_eligible")
        assert clv_status in ("refused", "not_eligible")
        assert churn_reason
        assert probability is None
    if "customers.csv" in CASES[case]:  # names with quotes, commas, line breaks and emoji arrive
        names = pipeline.in_build_file(
            settings,
            "files",
            "select first_name, last_name from pii.customer_contacts where customer_id < 'a' order by 1",
        )
        assert names == [('Ann "Annie"', "O'Hara, Jr."), ("Zoë 🦊", "line\nbreak"), (None, None)]


def test_only_bad_orders_stop_with_the_reasons_in_quarantine(settings: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "orders.csv"
    bad.write_text(ORDERS + "1,a,2999-01-05,10\n2,a,not a date,10\n")
    with pytest.raises(SettingsError, match="has no orders"):
        stages.ingest_checked(settings, "files", bad)
    assert len(pipeline.in_build_file(settings, "files", "select * from quality.quarantined_rows")) == 2


def test_a_file_that_is_mostly_bad_is_stopped_at_the_raw_gate(settings: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "orders.csv"
    good = "".join(f"{n},a,2024-01-05,10\n" for n in range(100))
    bad.write_text(ORDERS + good + "".join(f"x{n},a,never,10\n" for n in range(100)))
    with pytest.raises(GateFailed, match="quarantined"):
        stages.ingest_checked(settings, "files", bad)


def test_after_a_bad_file_a_mended_one_goes_through(settings: Settings, tmp_path: Path) -> None:
    given = tmp_path / "orders.csv"
    good = "".join(f"{n},a,2024-01-05,10\n" for n in range(60))
    given.write_text(ORDERS + good + "".join(f"x{n},a,never,10\n" for n in range(60)))
    with pytest.raises(GateFailed):
        stages.ingest_checked(settings, "files", given)
    given.write_text(ORDERS + good + "".join(f"x{n},a,2024-01-06,10\n" for n in range(60)))
    report, _ = stages.ingest_checked(settings, "files", given)
    assert [(load.rows_loaded, load.rows_already_loaded) for load in report.loads] == [(60, 60)]
