"""What is shared, before noise: true figures, of which one customer changes no more than the noise is made for."""

from __future__ import annotations

import random

import duckdb
import pytest

from tests.warehouse.privacy.staged_shop import END, Account, exactly, fill
from warehouse.sharing.contributions import contributions
from warehouse.sharing.sharing_rules import load_sharing_rules

GIANT = Account("giant", "VA", tuple((f"2024-0{1 + n % 4}-05", 10_000 * (-1) ** (n // 6) + n / 100) for n in range(9)))


def distance(one: dict[str, int], other: dict[str, int]) -> int:
    return sum(abs(one.get(key, 0) - other.get(key, 0)) for key in {*one, *other})


def some_shop(seed: int) -> list[Account]:
    """Customers of all kinds, many of them equal: ranks among them would move by whole groups."""
    draw = random.Random(seed)  # noqa: S311 - draws that repeat
    accounts = []
    for number in range(draw.randrange(5, 20)):
        count = draw.choice([0, 1, 1, 2, 3, 9, 20])
        days = [f"{draw.choice([2022, 2023, 2024])}-{draw.randrange(1, 13):02d}-{draw.choice([1, 15, 28])}"] * count
        amounts = draw.choice([[10.0], [10.0, -10.0], [100_000.0, -0.01], [0.01]])
        orders = tuple((day, draw.choice(amounts)) for day in days)
        is_guest = draw.random() < 0.2
        name = None if is_guest else f"c{number}"
        accounts.append(Account(name, draw.choice(["NO", "SE", None]), orders[:1] if is_guest else orders))
    return [*accounts, GIANT]


@pytest.mark.parametrize("seed", range(3))
def test_one_customer_changes_no_group_by_more_than_its_noise_is_made_for(seed: int) -> None:
    shop = some_shop(seed)
    whole = exactly(shop)
    furthest = dict.fromkeys(whole, 0)
    for left_out in range(len(shop)):
        without = exactly(shop[:left_out] + shop[left_out + 1 :])
        for name, found in whole.items():
            changed = distance(found.values, without[name].values)
            furthest[name] = max(furthest[name], changed)
            assert changed <= found.sensitivity, (name, shop[left_out])
    # The giant uses the bounds up: a noise made for less would be too small.
    assert furthest["customers_by_country"] == 1
    assert furthest["sales_by_month"] > 0.9 * whole["sales_by_month"].sensitivity
    assert furthest["order_counts"] == whole["order_counts"].sensitivity
    assert furthest["order_amounts"] == whole["order_amounts"].sensitivity


def test_the_figures_are_the_true_ones() -> None:
    shop = [
        Account("a", "NO", (("2024-04-30", 20), ("2024-05-01", 7), ("2023-04-30", 3))),
        Account("b", "NO", (("2024-01-01", 5), ("2024-01-02", 6), ("2024-01-03", -6))),
        Account(None, None, (("2024-04-01", 5.5),)),
    ]
    found = {name: one.values for name, one in exactly(shop).items()}
    assert found["customers_by_country"] == {"NO": 2}
    assert found["customers_by_order_count"] == {"1": 1, "2": 1, "4": 0, "8": 0}
    assert found["sales_by_month"]["2024-04"] == 2550
    assert found["sales_by_month"]["2024-01"] == 500
    assert found["sales_by_month"]["2023-05"] == 0
    assert len(found["sales_by_month"]) == 12
    assert (found["order_amounts"], found["order_counts"]) == ({"cents": 3650}, {"orders": 4})


def test_cancelled_orders_count_until_they_are_cancelled() -> None:
    with duckdb.connect() as connection:
        fill(connection, [Account("a", None, (("2024-04-02", 10), ("2024-04-03", 1)))])
        connection.execute(
            "update staging.stg_orders set cancelled_at = ordered_at + interval 1 day where order_id = '0-0'"
        )
        connection.execute("update staging.stg_orders set cancelled_at = '2024-05-01' where order_id = '0-1'")
        found = {one.name: one.values for one in contributions(connection, END, load_sharing_rules())}
    assert found["sales_by_month"]["2024-04"] == 100


def test_amounts_are_converted_only_into_a_currency_that_the_source_names() -> None:
    """The currency of most orders is one that a single customer may turn."""
    with duckdb.connect() as connection:
        fill(connection, [Account("a", None, (("2024-04-02", 10),))])
        connection.execute("update intermediate.int_movements set amount = 0, movement_status = 'no_exchange_rate'")
        undeclared = contributions(connection, END, load_sharing_rules())[2].values["2024-04"]
        connection.execute("update state.source_settings set reporting_currency = 'EUR'")
        declared = contributions(connection, END, load_sharing_rules())[2].values["2024-04"]
    assert (undeclared, declared) == (1000, 0)


def test_a_country_comes_from_the_account_or_else_from_its_last_order() -> None:
    with duckdb.connect() as connection:
        fill(connection, [Account("a", None, (("2024-04-02", 1), ("2024-04-03", 1))), Account("b", "FI")])
        connection.execute("update staging.stg_orders set country = if(order_id = '0-0', 'SE', 'NO')")
        found = contributions(connection, END, load_sharing_rules())[0].values
    assert found == {"FI": 1, "NO": 1}
