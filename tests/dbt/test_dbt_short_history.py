"""A year of orders is enough to learn from, whatever day the run is on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dbt_build_file import BuildFile

FIRST_DAY = date(2024, 3, 10)
NEEDED_DAYS = 180 + 90 + 90


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """Four customers who have bought every 40 days since the first day."""
    made = BuildFile.create(tmp_path_factory.mktemp("year"))
    orders = [
        {
            "order_id": f"{customer}/{number}",
            "customer_id": str(customer),
            "ordered_at": FIRST_DAY + timedelta(days=40 * number),
            "order_amount": "10",
        }
        for customer in range(4)
        for number in range(12)
    ]
    made.insert("orders", orders)
    return made


@pytest.mark.parametrize("days", [NEEDED_DAYS - 1, NEEDED_DAYS, NEEDED_DAYS + 11, NEEDED_DAYS + 29])
def test_there_is_a_date_to_learn_from_as_soon_as_there_can_be(shop: BuildFile, days: int) -> None:
    as_of_date = FIRST_DAY + timedelta(days=days)
    shop.build(str(as_of_date), "--select", "path:seeds", "+customer_labels", "--resource-type", "seed", "model")
    dates = dict(
        shop.query(
            "select as_of_date, count(labels.customer_id) from intermediate.int_snapshot_dates "
            "left join marts.customer_labels as labels using (as_of_date) "
            "where snapshot_role = 'training' group by as_of_date"
        )
    )
    if days < NEEDED_DAYS:
        assert dates == {}
        return
    assert set(dates.values()) == {4}
    assert len(dates) == 1
    [day] = dates
    assert FIRST_DAY + timedelta(days=180) <= day <= as_of_date - timedelta(days=180)
