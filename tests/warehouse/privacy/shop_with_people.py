"""A small landed shop with one person in every kind of file, twice: as two accounts."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.loading.ingest import IngestReport, ingest_source
from warehouse.publishing.publish import PublishReport, publish

SOURCE = "files"
PERSON = "K-000777x"
SECOND_ACCOUNT = "K-000778x"
# What must be nowhere afterwards; none of it stands for anybody else.
CANARIES = (
    PERSON,
    SECOND_ACCOUNT,
    "zebulon.quux@canary.example",
    "+49 555 7770001",
    "Canarygasse 77 b",
    "I am Zebulon and I was not amused",
    "The left one was broken",
)

_CUSTOMERS = (
    "customer_id,registered_at,first_name,last_name,email,phone,street_address,has_marketing_consent\r\n"
    'K-000001x,2024-01-01 00:00:00,Anna,"O""Hara, Jr.",anna@example.com,+49 555 1,Weg 1,true\r\n'
    f"{PERSON},2024-01-02 00:00:00,Zebulon,Quux,zebulon.quux@canary.example,+49 555 7770001,Canarygasse 77 b,true\r\n"
    "\r\n"
    'K-000002x,2024-01-03 00:00:00,Zoë,"line\nbreak",zoe@example.com,,,false\r\n'
    f"{SECOND_ACCOUNT},2024-01-04 00:00:00,Zebulon,Quux,zebulon.quux@canary.example,,,\r\n"
    "K-000003x,2024-01-05 00:00:00,Bo,Li,,,,\r\n"
    f"{PERSON};broken;zebulon.quux@canary.example\r\n"
)
_ORDERS = (
    "order_id,customer_id,ordered_at,order_amount\n"
    "1,K-000001x,2024-02-01,10.00\n"
    f"2,{PERSON},2024-02-02,20.50\n"
    f'"3","{SECOND_ACCOUNT}",2024-03-02,30.00\n'
    "4,,2024-03-03,40.00\n"
    f"5,{PERSON},no date,50.00\n"
    "6,K-000002x,2024-04-01,60.00\n"
)
_FEEDBACK = (
    "feedback_id;customer_id;given_at;rating;feedback_text\n"
    f"1;{PERSON};2024-03-01;1;I am Zebulon and I was not amused\n"
    "2;K-000001x;2024-03-01;5;“fine”\n"
)
# By order number alone, as review tools export them: orders 2 and 3 are the person's.
_REVIEWS = (
    "feedback_id,order_id,given_at,rating,feedback_text\n"
    "r1,2,2024-03-05,2,The left one was broken\n"
    "r2,1,2024-03-05,5,The right one was not\n"
)
_CONTRACTS = (
    f"subscription_id,customer_id,started_at\nannual-777,{SECOND_ACCOUNT},2024-03-05\nannual-1,K-000001x,2024-03-05\n"
)
_CHANGES = "subscription_id,changed_at,monthly_amount\nannual-777,2024-04-01,5.00\nannual-1,2024-04-01,6.00\n"


def write_shop(folder: Path) -> Path:
    """Write the files as somebody would hand them in."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "customers.csv").write_bytes(_CUSTOMERS.encode("utf-8-sig"))
    (folder / "orders.csv").write_text(_ORDERS, encoding="utf-8")
    (folder / "feedback.csv").write_bytes(_FEEDBACK.encode("cp1252"))
    (folder / "feedback_reviews.csv").write_text(_REVIEWS, encoding="utf-8")
    (folder / "subscriptions.csv").write_text(_CONTRACTS, encoding="utf-8")
    (folder / "subscription_changes.csv").write_text(_CHANGES, encoding="utf-8")
    touches = f"campaign_id,customer_id,touched_at,is_control\nA,K-000001x,2024-02-01,no\nA,{PERSON},2024-02-01,yes\n"
    (folder / "campaign_touches.csv.gz").write_bytes(gzip.compress(touches.encode(), mtime=1))
    events = {
        "event_id": ["1", "2", "3"],
        "customer_id": ["K-000002x", SECOND_ACCOUNT, None],
        "occurred_at": ["2024-03-01", "2024-03-02", "2024-03-03"],
        "event_type": ["visit", "visit", "visit"],
    }
    pq.write_table(pa.table(events), folder / "events.parquet", compression="zstd")
    return folder


def ingested(settings: Settings) -> IngestReport:
    """Land and load the shop, and say that both accounts are one person."""
    write_shop(settings.landing_of(SOURCE))
    report = ingest_source(settings, SOURCE)
    with open_build_file(settings, SOURCE) as connection:
        connection.execute("create schema if not exists pii")
        connection.execute(
            "create table pii.customer_identities as select * from (values (?, ?), (?, ?), ('K-000001x', 'K-000001x')) "
            "as mapped(source_customer_id, customer_id)",
            [PERSON, PERSON, SECOND_ACCOUNT, PERSON],
        )
    return report


def publish_marts(settings: Settings, day: date = date(2024, 5, 1)) -> PublishReport:
    """Marts as dbt would make them, as far as erasing is concerned, published."""
    with open_build_file(settings, SOURCE) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            "create or replace table marts.dim_customers as "
            "select distinct customer_id from raw.customers where customer_id is not null"
        )
        connection.execute("create or replace table marts.customer_360 as select * from marts.dim_customers")
        connection.execute(
            "create or replace table marts.fct_orders as select order_id, customer_id, order_amount as net_amount, "
            "customer_id is null as is_guest from raw.orders"
        )
    return publish(settings, SOURCE, day, "run")


def found_in_home(settings: Settings, canaries: tuple[str, ...] = CANARIES) -> dict[str, list[str]]:
    """Files with a canary in their bytes, unpacked; the private note of an unfinished erasure left out."""
    found: dict[str, list[str]] = {}
    for path in sorted(settings.home.rglob("*")):
        if path.is_file() and "unfinished" not in path.parts:
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            hits = [one for one in canaries if one.lower().encode() in content.lower()]
            if hits:
                found[path.relative_to(settings.home).as_posix()] = hits
    return found
