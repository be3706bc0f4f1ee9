"""The e-mail test of Hillstrom as campaigns: placed in time, both e-mails with the same control group."""

from __future__ import annotations

from pathlib import Path

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source
from warehouse.runs.planning import plan_run

HEAD = "recency,history_segment,history,mens,womens,zip_code,newbie,channel,segment,visit,conversion,spend\n"
ROWS = (
    "12,2) $100 - $200,142.44,1,0,Surburban,0,Phone,Womens E-Mail,0,0,0\n"
    "6,3) $200 - $350,329.08,1,1,Rural,1,Web,No E-Mail,1,0,0\n"
    "1,2) $100 - $200,180.65,0,1,Surburban,1,Multichannel,Mens E-Mail,1,1,29.99\n"
)
BAD = "soon,1) $0 - $100,45.34,1,0,Urban,0,Web,Mens E-Mail,0,0,0\n2,1) $0 - $100,45.34,1,0,Urban,0,Web,,0,0,much\n"


def loaded(settings: Settings, tmp_path: Path, text: str) -> None:
    file = tmp_path / "hillstrom.csv"
    file.write_text(text)
    land_input(settings, "hillstrom", file)
    ingest_source(settings, "hillstrom")


def asked(settings: Settings, sql: str) -> list[tuple]:
    with open_build_file(settings, "hillstrom", read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_rows_become_customers_with_an_order_before_and_one_after(settings: Settings, tmp_path: Path) -> None:
    loaded(settings, tmp_path, HEAD + ROWS)
    orders = "select order_id, customer_id, ordered_at::date::varchar, order_amount::double from raw.orders order by 1"
    assert asked(settings, orders) == [
        ("1-before", "1", "2007-02-15", 142.44),
        ("2-before", "2", "2007-08-15", 329.08),
        ("3-after", "3", "2008-02-28", 29.99),
        ("3-before", "3", "2008-01-15", 180.65),
    ]
    assert asked(settings, "select product_code from raw.order_items order by order_id") == [
        ("MENS",),
        ("MENS AND WOMENS",),
        ("WOMENS",),
    ]
    assert asked(settings, "select customer_id, event_type from raw.events order by 1") == [
        ("2", "visit"),
        ("3", "visit"),
    ]
    touches = "select campaign_id, customer_id, is_control from raw.campaign_touches order by 1, 2"
    assert asked(settings, touches) == [
        ("Mens E-Mail", "2", True),
        ("Mens E-Mail", "3", False),
        ("Womens E-Mail", "1", False),
        ("Womens E-Mail", "2", True),
    ]
    assert plan_run(settings, "hillstrom").as_of_date.isoformat() == "2008-02-29"


def test_the_offer_ends_on_the_default_date_and_the_year_before_lies_within_a_year(
    settings: Settings, tmp_path: Path
) -> None:
    loaded(settings, tmp_path, HEAD + ROWS)
    days = "select min(ended_at)::date::varchar, min(started_at) - interval 365 days from raw.campaigns"
    ((ended, a_year_before),) = asked(settings, days)
    assert ended == plan_run(settings, "hillstrom").as_of_date.isoformat()
    assert asked(settings, "select min(ordered_at) from raw.orders") > [(a_year_before,)]


def test_what_cannot_be_placed_is_quarantined_with_its_reason(settings: Settings, tmp_path: Path) -> None:
    loaded(settings, tmp_path, HEAD + ROWS + BAD)
    reasons = asked(settings, "select table_name, reason from quality.quarantined_rows order by 1, 2")
    assert [(table, reason.split(":")[0]) for table, reason in reasons] == [
        ("campaign_touches", "campaign_id"),
        ("orders", "order_amount"),
        ("orders", "ordered_at"),
    ]
    assert asked(settings, "select count(*) from raw.customers") == [(5,)]
