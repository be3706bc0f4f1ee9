"""A person erased in shops of different habits: ids inside order ids, in others' texts, in old exports."""

from __future__ import annotations

from datetime import date

import pytest

from tests.warehouse.privacy.shop_with_people import found_in_home
from tests.warehouse.privacy.shops_by_id import SHOPS, SOURCE, Shop, landed_texts, stage
from warehouse.base.connections import open_build_file
from warehouse.base.errors import PublishError
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase
from warehouse.loading.ingest import ingest_source
from warehouse.publishing.publish import publish

MONEY = "select count(*), count(distinct order_id), sum(order_amount) from raw.orders"
LINES = "select count(*), count(distinct order_item_id), sum(unit_price_amount) from raw.order_items"
JOINED = "select count(*) from raw.order_items semi join raw.orders using (order_id)"


def query(settings: Settings, sql: str) -> list[tuple]:
    with open_build_file(settings, SOURCE, read_only=True) as connection:
        return connection.execute(sql).fetchall()


# Where short numbers do not mislead, long ones do not; what these leave behind is looked for below, too.
AGAIN = {"numbers in orders"}


def _once(shop: Shop) -> object:
    return pytest.param(shop, marks=pytest.mark.campaign if shop.name in AGAIN else (), id=shop.name)


@pytest.fixture(params=[_once(shop) for shop in SHOPS])
def shop(request: pytest.FixtureRequest, settings: Settings) -> Shop:
    """A shop that is loaded, staged and published."""
    request.param.land(settings)
    ingest_source(settings, SOURCE)
    stage(settings)
    publish(settings, SOURCE, date(2024, 5, 1), "before")
    return request.param


def test_it_ends_and_old_exports_bring_nothing_back(shop: Shop, settings: Settings) -> None:
    before = query(settings, MONEY), query(settings, LINES)
    report = erase(settings, SOURCE, shop.person, "ada", "asked by letter", rebuild=False)
    assert report.search.occurrences == 0
    assert query(settings, "select count(source_customer_id) from staging.stg_orders") == [(2,)]
    assert (query(settings, MONEY), query(settings, LINES)) == before
    assert query(settings, JOINED) == [(4,)]
    assert found_in_home(settings, (shop.email,)) == {}
    landed = landed_texts(settings)
    assert not [
        name for name, text in landed.items() for trace in shop.traces() if trace in f"\n{text}".replace("\n", ",")
    ]
    kept = landed["orders.csv"].splitlines()[3:]
    assert kept == shop.files()["orders.csv"].splitlines()[3:]
    assert "fine, from [erased]" in landed["feedback.csv"]
    assert ingest_source(settings, SOURCE).rows_loaded == 0

    shop.land(settings, "_again")
    again = ingest_source(settings, SOURCE)
    assert [load.rows_loaded for load in again.loads] == [0] * 4
    assert (query(settings, MONEY), query(settings, LINES)) == before
    assert query(settings, JOINED) == [(4,)]
    for name, text in landed_texts(settings).items():
        assert text == landed[name.replace("_again", "")]
    stage(settings)
    publish(settings, SOURCE, date(2024, 5, 1), "after")


def test_lines_that_come_before_their_orders_are_known_all_the_same(settings: Settings) -> None:
    """An old export of orders that were never loaded: only the file of orders says whose the lines are."""
    shop = next(one for one in SHOPS if one.name == "numbers in orders")
    shop.land(settings)
    ingest_source(settings, SOURCE)
    erase(settings, SOURCE, shop.person, "ada", rebuild=False)
    folder = settings.landing_of(SOURCE)
    order = shop.order(shop.person, 9)
    (folder / "order_items_old.csv").write_text(
        f"order_item_id,order_id,product_code,quantity,unit_price_amount\n{order}-1,{order},P,1,3\n"
    )
    (folder / "orders_old.csv").write_text(
        f"order_id,customer_id,ordered_at,order_amount\n{order},{shop.person},2023-01-01,3\n"
    )
    ingest_source(settings, SOURCE)
    assert query(settings, JOINED) == [(5,)]
    assert not query(settings, f"select * from raw.orders where contains(order_id, '{shop.person}')")
    assert order not in (folder / "order_items_old.csv").read_text()


@pytest.mark.parametrize("name", ["short numbers in orders", "codes in orders"])
def test_an_order_that_names_an_erased_person_is_not_published(settings: Settings, name: str) -> None:
    shop = next(one for one in SHOPS if one.name == name)
    shop.land(settings)
    ingest_source(settings, SOURCE)
    erase(settings, SOURCE, shop.person, "ada", rebuild=False)
    stage(settings)
    with open_build_file(settings, SOURCE) as connection:
        connection.execute("insert into marts.fct_orders values (?, null, 1, true)", [shop.order(shop.person, 1)])
    with pytest.raises(PublishError, match="order in whose id"):
        publish(settings, SOURCE, date(2024, 5, 1), "run")
