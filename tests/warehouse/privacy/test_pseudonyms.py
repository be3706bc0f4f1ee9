"""Published ids: as they are, or keyed hashes that still join."""

from __future__ import annotations

import hashlib
import hmac

import duckdb
import pytest

from tests.warehouse.privacy.shop_with_people import PERSON, SOURCE, found_in_home
from tests.warehouse.privacy.test_erasure import publish_marts
from warehouse.base.connections import open_build_file, open_published
from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase
from warehouse.privacy.secret import hash_parameters, keyed_hash, keyed_hash_sql

SECRET = "a secret of the tests, longer than thirty-two characters"
IDS = ("K-000001x", PERSON)


@pytest.fixture
def pseudonymous(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CLIENTELE_PRIVACY_SECRET", SECRET)
    return loaded.model_copy(update={"published_ids": "pseudonymous"})


def published(settings: Settings, sql: str) -> list[tuple]:
    with open_published(settings) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("secret", [b"k", b"0" * 64, b"long" * 40])
def test_the_hash_is_hmac_sha256_in_python_and_sql(secret: bytes) -> None:
    text = "Jürgen 1\x1f"
    expected = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    assert keyed_hash(secret, text) == expected
    with duckdb.connect() as connection:
        bound = {"text": text, **hash_parameters(secret)}
        assert connection.execute(f"select {keyed_hash_sql('$text::varchar')}", bound).fetchone() == (expected,)


def test_ids_are_replaced_everywhere_and_tables_still_join(pseudonymous: Settings) -> None:
    publish_marts(pseudonymous)
    assert not [place for place in found_in_home(pseudonymous, IDS) if place.startswith("published/")]
    joined = "select count(*) from marts.fct_orders inner join marts.dim_customers using (customer_id)"
    assert published(pseudonymous, joined) == [(4,)]
    assert published(pseudonymous, "select count(*) from marts.fct_orders where customer_id is null") == [(1,)]
    with open_build_file(pseudonymous, SOURCE, read_only=True) as connection:
        known = dict(connection.execute("select published_id, customer_id from pii.published_ids").fetchall())
    shown = {one for (one,) in published(pseudonymous, "select customer_id from marts.dim_customers")}
    assert shown == set(known)
    assert set(IDS) < set(known.values())
    first = published(pseudonymous, "select customer_id from marts.dim_customers order by 1")
    publish_marts(pseudonymous)
    assert published(pseudonymous, "select customer_id from marts.dim_customers order by 1") == first


def test_without_a_secret_nothing_is_published(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLIENTELE_PRIVACY_SECRET", raising=False)
    with pytest.raises(SettingsError, match="CLIENTELE_PRIVACY_SECRET is not set"):
        publish_marts(loaded.model_copy(update={"published_ids": "pseudonymous"}))
    assert not loaded.published_file.exists()


def test_an_erased_person_is_erased_under_the_pseudonym(pseudonymous: Settings) -> None:
    publish_marts(pseudonymous)
    report = erase(pseudonymous, SOURCE, PERSON, "ada")
    assert report.counts["versions_rewritten"] == 1
    assert published(pseudonymous, "select count(*) from marts.dim_customers") == [(3,)]
    assert published(pseudonymous, "select count(*) from marts.fct_orders where customer_id is null") == [(3,)]
