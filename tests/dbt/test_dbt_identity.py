"""One person, one customer, in the marts: nothing is lost, merges can be undone, and no date knows a later one."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dbt_build_file import AS_OF_DATE, DATED_MARTS, DATED_MODELS, EVALUATION_DATE, BuildFile

from warehouse.base.settings import Settings
from warehouse.identity.overrides import COLUMNS
from warehouse.identity.resolve import resolve_identities

SOURCE = "build"  # as the other build files here: dbt's project is kept by that name
# What else tells of persons.
_OF_PERSONS = ("path:models/staging", "path:models/marts/pii")
_FIRST_DAY = datetime(2010, 1, 1)
# Each person: the accounts, when each was opened (days after the first day), what it says.
_ADA = {"first_name": "Ada", "last_name": "Null", "email": "ada@example.com", "birth_date": "1980-01-02"}
_BO = {"first_name": "Bo", "last_name": "Lind", "birth_date": "1975-05-05", "phone": "0555 7654321"}
_ACCOUNTS = [
    (
        *("a1", 0),
        {**_ADA, "country": "GB", "gender": "female", "acquisition_channel": "search", "city": "York"}
        | {"has_marketing_consent": True},
    ),
    ("a2", 100, {**_ADA, "email": "ADA@EXAMPLE.COM", "country": "DE", "acquisition_channel": "mail"}),
    # opened after the evaluation date
    ("a0", 380, {**_ADA, "email": "Ada+shop@example.com", "country": "FR", "acquisition_channel": "friends"}),
    ("b2", 20, {**_BO, "phone": "+44 555 7654321", "has_marketing_consent": True}),
    ("b1", 300, {**_BO, "has_marketing_consent": False}),
    *(
        (f"c{number}", 10 + number, {"first_name": f"Name{chr(97 + number)}", "email": f"c{number}@example.com"})
        for number in range(20)
    ),
]


def _orders() -> tuple[list[dict], list[dict], list[dict]]:
    """Every account orders in its own rhythm from its opening to the run's date, and visits in between."""
    orders, items, events = [], [], []
    for place, (account, opened, _) in enumerate(_ACCOUNTS):
        for number, day in enumerate(range(opened + 1, 424, 23 + place)):
            at, order_id = _FIRST_DAY + timedelta(days=day, hours=place), f"{account}-{number}"
            orders.append({"order_id": order_id, "customer_id": account, "ordered_at": at, "country": "GB"})
            items.append(
                {
                    **{"order_item_id": f"{order_id}/1", "order_id": order_id, "product_code": f"P{number % 3}"},
                    **{"quantity": 1 + place % 3, "unit_price_amount": f"{5 + place}.{number:02}"},
                }
            )
            seen = {"event_id": order_id, "customer_id": account, "occurred_at": at, "event_type": "visit"}
            events.append(seen)
    return orders, items, events


def _fill(shop: BuildFile) -> None:
    customers = [
        {"customer_id": account, "registered_at": _FIRST_DAY + timedelta(days=opened), **says}
        for account, opened, says in _ACCOUNTS
    ]
    orders, items, events = _orders()
    shop.insert("customers", [{"acquisition_cost_amount": "4.20", **row} for row in customers])
    shop.insert("orders", orders)
    shop.insert("order_items", items)
    left = {"event_id": "left", "customer_id": "a2", "occurred_at": _FIRST_DAY + timedelta(days=350)}
    shop.insert("events", [*events, left | {"event_type": "unsubscribe"}])
    shop.insert("campaigns", [{"campaign_id": "k", "started_at": _FIRST_DAY + timedelta(days=330)}])
    touched = _FIRST_DAY + timedelta(days=330)
    touch = {"campaign_id": "k", "touched_at": touched, "is_control": False}
    shop.insert("campaign_touches", [{**touch, "customer_id": account} for account in ("a1", "a2", "b1")])
    shop.insert("feedback", [{"feedback_id": "f", "customer_id": "a2", "given_at": touched, "rating": 4}])
    shop.insert("subscriptions", [{"subscription_id": "s", "customer_id": "b1", "started_at": touched}])


class Shop:
    """A home of its own with one build file, whose identities and marts are built as the pipeline does."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, memory_limit="1GB")
        self.overrides = home / "identity_overrides.csv"
        self.settings.warehouse_folder.mkdir(parents=True)
        created = BuildFile.create(self.settings.warehouse_folder)
        self.file = BuildFile(created.path.rename(self.settings.build_file(SOURCE)))
        _fill(self.file)

    def build(
        self,
        *decisions: str,
        as_of_date: str = AS_OF_DATE,
        select: tuple[str, ...] = DATED_MODELS,
    ) -> Shop:
        lines = [",".join(COLUMNS), *(f"{SOURCE},{decision},ada,test" for decision in decisions)]
        self.overrides.write_text("\n".join(lines) + "\n", encoding="utf-8")
        resolve_identities(self.settings, SOURCE, date.fromisoformat(as_of_date), overrides_file=self.overrides)
        self.file.build(as_of_date, "--select", *select, "--resource-type", "seed", "model")
        return self

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.file.query(sql)

    def hashes(self) -> dict[str, str]:
        """Content of each mart, whatever the order of its rows."""
        rows = {mart: sorted(map(repr, self.query(f"select * from marts.{mart}"))) for mart in DATED_MARTS}
        return {mart: hashlib.sha256("\n".join(found).encode()).hexdigest() for mart, found in rows.items()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """What is found without anybody's decision. dbt's own tests of such a shop: test_privacy_of_a_run.py."""
    return Shop(tmp_path_factory.mktemp("twice")).build(select=(*DATED_MODELS, *_OF_PERSONS))


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The same shop with every merge undone."""
    return Shop(tmp_path_factory.mktemp("apart")).build(
        *(f"{left},{right},different" for left, right in (("a0", "a1"), ("a0", "a2"), ("a1", "a2"), ("b1", "b2")))
    )


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop as it stood on the evaluation date, built as of that date."""
    cut = Shop(tmp_path_factory.mktemp("cut"))
    day = EVALUATION_DATE
    cut.file.execute(
        f"delete from raw.order_items where order_id in (select order_id from raw.orders where ordered_at >= '{day}')",
        f"delete from raw.orders where ordered_at >= '{day}'",
        f"delete from raw.events where occurred_at >= '{day}'",
        f"delete from raw.customers where registered_at >= '{day}'",
    )
    return cut.build(as_of_date=day)


def test_every_id_counts_under_one_person(shop: Shop) -> None:
    merged = shop.query("select source_customer_id, customer_id from quality.customer_merges order by all")
    assert merged == [("a0", "a1"), ("a1", "a1"), ("a2", "a1"), ("b1", "b2"), ("b2", "b2")]
    assert shop.query("select count(*), count(distinct customer_id) from marts.dim_customers") == [(22, 22)]
    for table in ("orders", "events", "feedback", "subscriptions", "campaign_touches"):
        assert shop.query(f"select count(*) from staging.stg_{table} where customer_id in ('a0', 'a2', 'b1')") == [(0,)]
    assert shop.query("select customer_id, source_customer_id from staging.stg_feedback") == [("a1", "a2")]


def test_the_merged_profile_follows_its_rules(shop: Shop) -> None:
    rows = shop.query(
        "select customer_id, country, gender, acquisition_channel, acquisition_cost_amount, has_marketing_consent, "
        "consent_status, birth_year, registered_at from marts.dim_customers "
        "where customer_id in ('a1', 'b2') order by 1"
    )
    assert rows == [
        ("a1", "FR", "female", "search", Decimal("12.60"), True, "unsubscribed", 1980, _FIRST_DAY),
        ("b2", "GB", None, None, Decimal("8.40"), False, "refused", 1975, _FIRST_DAY + timedelta(days=20)),
    ]
    contact = "select email, city from pii.customer_contacts where customer_id = 'a1'"
    assert shop.query(contact) == [("Ada+shop@example.com", None)]


def test_no_row_and_no_cent_is_lost(shop: Shop, apart: Shop) -> None:
    """As many orders and the same money as with every merge undone; only the owners differ."""
    assert apart.query("select count(*) from marts.dim_customers") == [(25,)]
    for sql in (
        "select count(*), sum(net_amount), sum(gross_amount), count(distinct order_id) from marts.fct_orders",
        "select count(*), sum(line_amount) from marts.fct_order_items",
        "select sum(acquisition_cost_amount) from marts.dim_customers",
        "select * exclude (customer_count, new_customer_count) from marts.monthly_sales order by all",
        "select sum(net_amount), sum(order_count), sum(event_count_90d), sum(campaign_touch_count_365d) "
        f"from marts.customer_features where as_of_date = date '{AS_OF_DATE}'",
    ):
        assert shop.query(sql) == apart.query(sql), sql


def test_features_of_others_do_not_change(shop: Shop, apart: Shop) -> None:
    others = "select * from marts.customer_features where customer_id like 'c%' order by all"
    assert len(shop.query(others)) >= 100
    assert repr(shop.query(others)) == repr(apart.query(others))


def test_a_decision_wins_and_taking_it_back_gives_the_former_marts(shop: Shop, tmp_path: Path) -> None:
    decided = Shop(tmp_path).build("b1,b2,different", "c3,c4,same", select=("+dim_customers",))
    people = decided.query("select customer_id from marts.dim_customers where customer_id in ('b1', 'b2', 'c3', 'c4')")
    assert {row[0] for row in people} == {"b1", "b2", "c3"}
    told = "select customer_id_left, decision, reason from pii.customer_links where customer_id_left in ('b1', 'c3')"
    assert decided.query(f"{told} order by 1") == [("b1", "kept_apart", "test"), ("c3", "linked", "test")]
    assert decided.build().hashes() == shop.hashes()


def test_a_run_as_of_an_earlier_date_is_as_if_made_then(cut: Shop, tmp_path: Path) -> None:
    """Account a0 was opened later: in the earlier run neither its link nor what it says is known."""
    early = Shop(tmp_path).build(as_of_date=EVALUATION_DATE)
    assert early.query("select max(cluster_id_count) from quality.customer_merges") == [(2,)]
    assert early.hashes() == cut.hashes()


def test_features_of_an_earlier_date_do_not_know_accounts_opened_later(shop: Shop, cut: Shop) -> None:
    """The run knows that a0 is Ada; the features of the day before a0 was opened are as if it did not."""
    features = f"select * from marts.customer_features where as_of_date = date '{EVALUATION_DATE}' order by customer_id"
    assert ("a1", "DE") in cut.query(f"select customer_id, country from ({features})")
    assert repr(shop.query(features)) == repr(cut.query(features))


def test_what_is_published_holds_ids_only(shop: Shop) -> None:
    for table in ("customer_merges", "identity_summary"):
        columns = {row[0] for row in shop.query(f"select column_name from (describe quality.{table})")}
        assert columns.isdisjoint({"first_name", "last_name", "email", "phone", "birth_date", "evidence"})
    text = repr(shop.query("from quality.customer_merges") + shop.query("from quality.identity_summary"))
    assert "Ada" not in text.replace("ada", "")
    assert "example.com" not in text
    reviewed = shop.query("select first_name_l, email_r, decision from pii.identity_review where customer_id = 'b2'")
    assert reviewed == [("Bo", None, "linked")]
