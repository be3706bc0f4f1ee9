"""Profiles of the planted accounts: their rows of the customer file and of the truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop import words
from warehouse.sources.sample_shop.anomaly_orders import Account
from warehouse.sources.sample_shop.columns import timestamps
from warehouse.sources.sample_shop.profiles import customer_ids

SHARED_PHONE_SHARE = 0.7  # of a ring's accounts; all share the address
FIRST_BIRTH_DATE, BIRTH_DATE_DAYS = date(1960, 1, 1), 16_000


def customer_rows(accounts: Sequence[Account], schema: pa.Schema) -> pa.Table:
    """Give one row of the customer file per account."""
    ids, moments = _ids(accounts), timestamps(np.array([account.registered_s for account in accounts], dtype=np.int64))
    rows = [
        {"customer_id": one, "registered_at": moment} | _profile(account)
        for one, moment, account in zip(ids, moments.to_pylist(), accounts, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema)


def _profile(account: Account) -> dict:
    """Give a name of its own, and the address of its ring."""
    rng, ring = np.random.default_rng(account.seed), np.random.default_rng(account.ring_seed)
    country = words.COUNTRIES[account.country]
    first = (*words.FEMALE_NAMES, *words.MALE_NAMES)[rng.integers(len(words.FEMALE_NAMES) + len(words.MALE_NAMES))]
    last = words.LAST_NAMES[rng.integers(len(words.LAST_NAMES))]
    shared_phone, own_phone = (int(drawn.integers(10_000_000)) for drawn in (ring, rng))
    phone = shared_phone if rng.random() < SHARED_PHONE_SHARE else own_phone
    domain = words.MAIL_DOMAINS[rng.integers(len(words.MAIL_DOMAINS))]
    return {
        "first_name": first,
        "last_name": last,
        "email": f"buyer.{account.position + 1}@{domain}",
        "phone": f"{country.dialling_code} 555 {phone:07d}",
        "street_address": f"{words.STREETS[ring.integers(len(words.STREETS))]} {ring.integers(1, 180)}",
        "city": country.towns[ring.integers(len(country.towns))],
        "postcode": f"{ring.integers(1000, 99_999):05d}",
        "country": country.name,
        "birth_date": FIRST_BIRTH_DATE + timedelta(days=int(rng.integers(BIRTH_DATE_DAYS))),
        "acquisition_channel": "organic_search",
        "acquisition_cost_amount": Decimal("0.00"),
        "has_marketing_consent": False,
    }


def truth_rows(accounts: Sequence[Account], schema: pa.Schema) -> pa.Table:
    """Give one row of the truth per account: nothing more is expected of it."""
    first_s, last_s = (
        timestamps(np.array([getattr(account, name) for account in accounts], dtype=np.int64)).to_pylist()
        for name in ("first_order_s", "last_order_s")
    )
    known = {
        "is_in_customers_file": True,
        "is_altered_account": False,
        "is_alive": False,
    }
    zero = {field.name: 0.0 for field in schema if pa.types.is_floating(field.type)}
    zero |= {name: 1.0 for name in zero if name.startswith("no_order_probability")}
    rows = [
        known | zero | {"customer_id": one, "segment": account.kind, "first_order_at": first, "lifetime_end_at": last}
        for one, account, first, last in zip(_ids(accounts), accounts, first_s, last_s, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema)


def _ids(accounts: Sequence[Account]) -> list[str]:
    return customer_ids(np.array([account.position for account in accounts], dtype=np.int64)).to_pylist()
