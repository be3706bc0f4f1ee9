"""The shop of the campaign: the generated one, landed in two parts as somebody's files."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from tests.chaos.stages import SOURCE
from warehouse.base.settings import Settings
from warehouse.sources.sample_shop.generate import land

# Customers of which each so many-th comes with the second run.
_LATE_EVERY = 5
# How the rows of a file belong to a customer; files that are not here come whole with the first run.
_CUSTOMER_OF = {
    "customers.csv": "customer_id",
    "orders.csv": "customer_id",
    "order_items.csv": "(select any_value(o.customer_id) from orders o where o.order_id = t.order_id)",
    "events.parquet": "customer_id",
    "feedback.csv": "customer_id",
    "campaign_touches.csv": "customer_id",
    "subscriptions.csv": "customer_id",
}


def make_parts(folder: Path, customer_count: int, seed: int) -> tuple[Path, Path]:
    """Generate a shop and return two folders with its files: what the first run gets, and what comes later.

    Some customers come later with all they did, most of it long ago: late rows in every table.
    """
    generated = Settings(home=folder / "generated", sample_customer_count=customer_count, sample_seed=seed)
    land(generated)
    first, later = folder / "first", folder / "later"
    first.mkdir()
    later.mkdir()
    with duckdb.connect() as connection:
        landed = generated.landing_of("sample_shop")
        orders = landed / "orders.csv"
        connection.execute(f"create table orders as select * from read_csv('{orders}', all_varchar = true)")
        for file in sorted(landed.iterdir()):
            if file.name in _CUSTOMER_OF:
                _split(connection, file, first, later)
            else:
                shutil.copyfile(file, first / file.name)
    return first, later


def land_part(settings: Settings, part: Path) -> None:
    """Put the files of a part into the landing folder, under names of their own."""
    folder = settings.landing_of(SOURCE)
    folder.mkdir(parents=True, exist_ok=True)
    for file in part.iterdir():
        shutil.copyfile(file, folder / f"{file.stem}_{part.name}{file.suffix}")


def _split(connection: duckdb.DuckDBPyConnection, file: Path, first: Path, later: Path) -> None:
    is_csv = file.suffix == ".csv"
    rows = f"read_csv('{file}', all_varchar = true)" if is_csv else f"read_parquet('{file}')"
    is_late = f"coalesce(hash({_CUSTOMER_OF[file.name]}) % {_LATE_EVERY} = 0, false)"
    form = "(format csv, header)" if is_csv else "(format parquet)"
    for condition, folder in ((f"not {is_late}", first), (is_late, later)):
        connection.execute(f"copy (select * from {rows} as t where {condition}) to '{folder / file.name}' {form}")
