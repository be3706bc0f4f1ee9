"""The known oddities of Online Retail II, from the file: with all documents of a sixteenth of the customers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ml.jobs.anomalies.job import AnomaliesJob
from tests.ml.anomalies.small_ledger import SmallLedger

AS_OF_DATE = date(2011, 12, 10)
# Orders of 80,995 and of 74,215 pieces, taken back within minutes: amounts from the file.
LARGEST = {"581483": 168_469.60, "541431": 77_183.60}
# "Adjust bad debt", with its six amounts.
BAD_DEBT = {
    **{"A506401": 53_594.36, "A516228": 44_031.79, "A528059": 38_925.87},
    **{"A563185": 11_062.06, "A563186": 11_062.06, "A563187": 11_062.06},
}
_FILE = """
create temp table file as
select
    file_row_number as number, Invoice as invoice, "Customer ID"::integer::varchar as customer_id,
    InvoiceDate as moment, upper(trim(StockCode)) as product_code, Description as description,
    Quantity as quantity, Price as price
from read_parquet($file, file_row_number = true)
where
    StockCode = 'B' or "Customer ID" in (16446, 12346)
    or (regexp_matches(upper(trim(StockCode)), '^[0-9]{5}') and "Customer ID"::integer % 16 = 0)
"""
_LEDGER = """
insert into intermediate.int_movements
select
    number::varchar, 'kept', invoice, customer_id, if(product_code = 'B', 'adjustment', 'sale'), moment, moment::date,
    product_code, description, if(product_code = 'B', 'adjustment', 'goods'), null,
    if(product_code = 'B', 'adjustment', 'sale'), quantity, price, 1, quantity * price
from file
where product_code = 'B' or (invoice not like 'C%' and quantity > 0 and price > 0);
insert into intermediate.int_takebacks
select 'take', sale.invoice, min(back.quantity * back.price), min(back.moment), null
from file as back
inner join file as sale
    on back.customer_id = sale.customer_id and back.product_code = sale.product_code
    and back.quantity = -sale.quantity and back.moment > sale.moment
where back.invoice like 'C%'
group by sale.invoice;
"""


@pytest.fixture(scope="module")
def rows(real_data: Path) -> pd.DataFrame:
    file = real_data / "online_retail_ii.parquet"
    if not file.exists():
        pytest.skip(f"no real data: {file.name} is absent")
    ledger = SmallLedger()
    ledger.connection.execute(_FILE, {"file": str(file)})
    ledger.connection.execute(_LEDGER)
    listed = AnomaliesJob().results(ledger.connection, AS_OF_DATE).rows
    return listed[listed["anomaly_rank"].notna()].set_index("subject_id")


def test_the_two_largest_orders_are_the_first(rows: pd.DataFrame) -> None:
    found = rows.loc[list(LARGEST)]
    assert sorted(found["anomaly_rank"]) == [1, 2]
    assert found["amount_at_stake"].to_dict() == pytest.approx(LARGEST)
    assert found["anomaly_codes"].str.contains("undone_at_once").all()


def test_bad_debt_is_among_the_first(rows: pd.DataFrame) -> None:
    found = rows.loc[list(BAD_DEBT)]
    assert (found["anomaly_rank"] <= 50).all(), found["anomaly_rank"].to_dict()
    assert found["amount_at_stake"].to_dict() == pytest.approx(BAD_DEBT)
    assert (found["anomaly_codes"] == "book_keeping").all()
