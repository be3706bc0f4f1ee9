"""Generate the sample shop: files in contract form, and the truth about them in a folder of its own.

>>> SampleShop(customer_count=300).last_date.isoformat()
'2026-06-30'
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.sources.sample_shop import campaigns as camp
from warehouse.sources.sample_shop import season as sea
from warehouse.sources.sample_shop.anomalies import plant
from warehouse.sources.sample_shop.anomaly_orders import Shop
from warehouse.sources.sample_shop.baskets import draw_baskets
from warehouse.sources.sample_shop.catalogue import PAIRS, build_catalogue
from warehouse.sources.sample_shop.dirt import as_text, soil
from warehouse.sources.sample_shop.dirt_kinds import KINDS
from warehouse.sources.sample_shop.events import build_events, build_further_events, draw_visits
from warehouse.sources.sample_shop.feedback import build_feedback
from warehouse.sources.sample_shop.files import write_csv, write_json, written_together
from warehouse.sources.sample_shop.orders import (
    Sales,
    build_further_orders,
    build_order_items,
    build_orders,
    build_products,
    draw_delivery,
    pays_postage,
)
from warehouse.sources.sample_shop.population import draw_population
from warehouse.sources.sample_shop.profiles import build_customers, draw_first_consent
from warehouse.sources.sample_shop.purchases import draw_guest_purchases, draw_purchases
from warehouse.sources.sample_shop.returns import draw_outcome
from warehouse.sources.sample_shop.segments import SEGMENTS
from warehouse.sources.sample_shop.settings import HORIZON_DAYS, SampleShop
from warehouse.sources.sample_shop.subscriptions import build_subscriptions
from warehouse.sources.sample_shop.truth import campaign_truth, customer_truth

if TYPE_CHECKING:
    from warehouse.base.settings import Settings

SOURCE_NAME = "sample_shop"
PARQUET_TABLES = ("events",)  # the others are CSV


@dataclass(frozen=True)
class GeneratedFiles:
    """What was written; ``row_counts`` are the data records per file of the landing folder, dirt included."""

    landing_files: tuple[Path, ...]
    truth_files: tuple[Path, ...]
    row_counts: dict[str, int]


def land(settings: Settings) -> GeneratedFiles:
    """Generate the shop that the program's settings ask for into the landing folder of this source."""
    shop = SampleShop(customer_count=settings.sample_customer_count, seed=settings.sample_seed)
    return generate(settings.landing_of(SOURCE_NAME), settings.truth_folder / SOURCE_NAME, shop)


def generate(landing_folder: Path, truth_folder: Path, settings: SampleShop | None = None) -> GeneratedFiles:
    """Write the sample shop.

    The same settings give the same bytes. Files appear under their names only when all are written.

    Parameters
    ----------
    landing_folder
        Gets one file per contract table.
    truth_folder
        Gets customers.csv, campaigns.csv, feedback.csv, anomalies.csv, dirt.csv and process.json. Never inside the
        landing folder, where they would be taken for data.
    settings
        Defaults to ``SampleShop()``.
    """
    settings = settings or SampleShop()
    if truth_folder.resolve().is_relative_to(landing_folder.resolve()):
        raise ValueError("the truth folder must lie outside the landing folder")
    tables, planted, truth = draw_shop(settings)
    notes, row_counts = [], {}
    with written_together() as staged:
        for name in list(tables):
            table = tables.pop(name)  # large tables are let go one by one
            if name in KINDS:
                table, dirt = soil(settings, name, table)
                notes.append(dirt)
            if name in planted:
                further = as_text(planted[name]) if name in KINDS else planted[name]
                table = pa.concat_tables([table, further])
            path = landing_folder / f"{name}.{'parquet' if name in PARQUET_TABLES else 'csv'}"
            row_counts[path] = len(table)
            if name in PARQUET_TABLES:
                pq.write_table(table, staged(path), compression="zstd")
            else:
                write_csv(staged(path), table)
        known = {truth_folder / f"{name}.csv": table for name, table in truth.items()}
        known[truth_folder / "dirt.csv"] = pa.concat_tables(notes)
        for path, table in known.items():
            write_csv(staged(path), table)
        process = truth_folder / "process.json"
        write_json(staged(process), describe_process(settings))
    counts = {path.name: count for path, count in row_counts.items()}
    return GeneratedFiles(tuple(row_counts), (*known, process), counts)


def build_shop(settings: SampleShop) -> tuple[dict[str, pa.Table], dict[str, pa.Table]]:
    """Draw the shop; gives its clean tables by contract name and the tables of the truth."""
    tables, planted, truth = draw_shop(settings)
    further = {name: pa.concat_tables([tables[name], table]) for name, table in planted.items()}
    return tables | further, truth


def draw_shop(settings: SampleShop) -> tuple[dict[str, pa.Table], dict[str, pa.Table], dict[str, pa.Table]]:
    """Draw the shop; gives its clean tables by contract name, the planted rows that follow them, and the truth."""
    season = sea.Season(settings.first_date, settings.last_date)
    catalogue = build_catalogue()
    population = draw_population(settings, season)
    first_consent = draw_first_consent(settings, population)
    campaigns, consent = camp.draw_touches(settings, population, first_consent)
    own = draw_purchases(settings, population, season)
    known = camp.apply_campaigns(settings, population, season, own, campaigns)
    guests = draw_guest_purchases(settings, season, len(known.customer))
    purchases = known.joined(guests).in_time_order()
    delivery = draw_delivery(settings, population, purchases)
    lines = draw_baskets(settings, population, purchases, catalogue, pays_postage(delivery))
    outcome = draw_outcome(settings, population, purchases, lines, catalogue.product_count)
    sales = Sales(purchases, delivery, lines, outcome)
    feedback, feedback_truth = build_feedback(settings, population, catalogue, sales)
    visits = draw_visits(settings, population, season)
    tables = {
        "customers": build_customers(settings, population, consent),
        "orders": build_orders(settings, sales),
        "order_items": build_order_items(sales, catalogue),
        "products": build_products(catalogue),
        "events": build_events(settings, catalogue, sales, visits, campaigns),
        "feedback": feedback,
        "campaigns": camp.build_campaigns(campaigns),
        "campaign_touches": camp.build_touches(campaigns),
        "subscriptions": build_subscriptions(settings, population),
    }
    truth = {
        "customers": customer_truth(settings, population, catalogue),
        "campaigns": campaign_truth(population, season, campaigns),
        "feedback": feedback_truth,
    }
    planted = plant(Shop(settings, population, catalogue, sales), tables["customers"], truth["customers"])
    further = {
        "customers": planted.customers,
        "orders": build_further_orders(planted.sales),
        "order_items": build_order_items(planted.sales, catalogue),
        "events": build_further_events(
            settings, catalogue, planted.sales, len(tables["events"]), len(purchases.customer) + len(visits.customer)
        ),
    }
    truth["customers"] = pa.concat_tables([truth["customers"], planted.customer_truth])
    return tables, further, truth | {"anomalies": planted.truth}


def describe_process(settings: SampleShop) -> dict:
    """Give the parameters of the process, for truth/process.json."""
    return {
        "settings": settings.model_dump(mode="json"),
        "as_of_date": settings.as_of_date.isoformat(),
        "horizon_days": HORIZON_DAYS,
        "kept_order_share": settings.kept_share,
        "segments": [asdict(segment) for segment in SEGMENTS],
        "pairs": [{"first": a, "second": b, "probability": p} for a, b, p in PAIRS],
        "campaign_kinds": [asdict(kind) for kind in camp.KINDS],
        "season": {
            "christmas_lift": sea.CHRISTMAS_LIFT,
            "christmas_day_of_year": sea.CHRISTMAS_DAY_OF_YEAR,
            "christmas_width_days": sea.CHRISTMAS_WIDTH_DAYS,
            "summer_dip": sea.SUMMER_DIP,
            "weekday_factors": sea.WEEKDAY_FACTORS,
            "hour_factors": sea.HOUR_FACTORS,
        },
    }
