"""Second accounts that do not repeat the first: another e-mail address, slips in the name, a new address or number."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop import words
from warehouse.sources.sample_shop.population import Population
from warehouse.sources.sample_shop.settings import SampleShop

LAST_NAME_SLIP_SHARE = 0.5
FIRST_NAME_SLIP_SHARE = 0.25
MOVED_SHARE = 0.6
NEW_PHONE_SHARE = 0.3
_SHORTEST_WITH_SLIP = 4


def alter_accounts(shop: SampleShop, population: Population, customers: pa.Table) -> pa.Table:
    """Change the accounts of the customer table that the population calls altered; birth date and country stay.

    Parameters
    ----------
    customers
        One row per account, in the order of the population.
    """
    rows = np.flatnonzero(population.is_altered)
    if not len(rows):
        return customers
    rng = shop.stream("altered accounts")
    records = customers.take(pa.array(rows)).to_pylist()
    altered = pa.Table.from_pylist(
        [_altered(rng, record, int(row)) for row, record in zip(rows, records, strict=True)], customers.schema
    )
    source = np.arange(len(customers))
    source[rows] = len(customers) + np.arange(len(rows))
    return pa.concat_tables([customers, altered]).take(pa.array(source))


def _altered(rng: np.random.Generator, record: dict, row: int) -> dict:
    name, domain = record["email"].lower().split("@")
    others = [other for other in words.MAIL_DOMAINS if other != domain]
    changed = {"email": f"{name.rstrip('0123456789')}.{row + 1}@{others[row % len(others)]}"}
    for column, share in (("last_name", LAST_NAME_SLIP_SHARE), ("first_name", FIRST_NAME_SLIP_SHARE)):
        if rng.random() < share:
            changed[column] = slip(rng, record[column])
    if rng.random() < MOVED_SHARE:
        towns = next(country.towns for country in words.COUNTRIES if country.name == record["country"])
        changed["street_address"] = f"{words.STREETS[rng.integers(len(words.STREETS))]} {rng.integers(1, 180)}"
        changed["postcode"] = f"{rng.integers(1000, 99_999):05d}"
        changed["city"] = towns[rng.integers(len(towns))]
    if rng.random() < NEW_PHONE_SHARE and record["phone"]:
        changed["phone"] = f"{record['phone'].split(' ')[0]} 555 {rng.integers(10_000_000):07d}"
    return record | changed


def slip(rng: np.random.Generator, name: str) -> str:
    """Drop a letter, double one or swap two neighbours; short names stay."""
    if len(name) < _SHORTEST_WITH_SLIP:
        return name
    at = int(rng.integers(1, len(name) - 1))
    kind = rng.integers(3)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[: at + 1] + name[at:]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
