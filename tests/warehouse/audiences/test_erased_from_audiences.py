"""A person who is erased is in no member list and in no export, and the proof looks there, too."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.warehouse.audiences.audience_shop import DAY, MOVEMENTS, Shop
from tests.warehouse.audiences.test_export import current, export, manifest, rows
from tests.warehouse.privacy.shop_with_people import PERSON, SOURCE, found_in_home, ingested
from warehouse.audiences.erasure import erase_from_exports
from warehouse.audiences.export_files import export_folders, exports_of
from warehouse.base.errors import ErasureIncomplete
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase


@pytest.fixture
def people(tmp_path: Path) -> Shop:
    """The shop of people, its profile made as far as audiences read it, and an audience of everybody with contacts."""
    settings = Settings(home=tmp_path / "home", audiences_folder=tmp_path / "declared", memory_limit="500MB", threads=1)
    (tmp_path / "declared").mkdir()
    ingested(settings)
    shop = Shop(settings, SOURCE)
    for schema in ("marts", "staging", "intermediate"):
        shop.run(f"create schema if not exists {schema}")
    shop.run(MOVEMENTS)
    shop.run(
        f"create table marts.customer_360 as select distinct customer_id, date '{DAY}' as as_of_date, "
        "true as may_be_contacted from raw.customers where customer_id <> ''"
    )
    shop.run(
        "create table pii.customer_contacts as select customer_id, any_value(email) as email from raw.customers "
        "group by customer_id"
    )
    shop.run(
        "create table staging.stg_campaign_touches (customer_id varchar, is_control boolean, touched_at timestamp)"
    )
    shop.declare("some: condition: true, hold_out_share: 0, contact_columns: [email]")
    shop.run("drop table pii.customer_identities")  # each id for itself
    shop.select()
    export(shop)
    return shop


def test_an_erased_person_is_in_no_list_and_the_proof_looks_there(
    people: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PERSON in people.members("some")
    before = {row["customer_id"] for row in rows(people)}
    folder = current(people).resolve()
    other = (
        exports_of(people.settings, "cdnow") / "some" / "2026-07-01_1"
    )  # its ids are others, though they look the same
    other.mkdir(parents=True)
    (other / "members.csv").write_text(f"customer_id\n{PERSON}\n")
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.erasure.erase.erase_from_exports", lambda *_: {})
        with pytest.raises(ErasureIncomplete, match=r"audiences/files/some/.*members\.parquet\.customer_id: 1"):
            erase(people.settings, SOURCE, PERSON, "ada", rebuild=False)
    assert PERSON not in people.members("some")
    report = erase(people.settings, SOURCE, PERSON, "ada", rebuild=False)  # goes on
    assert report.search.occurrences == 0
    assert report.counts["exports_rewritten"] == 1
    assert current(people).resolve() == folder
    assert {row["customer_id"] for row in rows(people)} == before - {PERSON}
    assert pq.read_table(folder / "members.parquet").num_rows == len(before) - 1
    told = manifest(people)
    assert (told["erased_count"], told["files"][0]["rows"]) == (1, len(before) - 1)
    left = {name for name in found_in_home(people.settings, (PERSON,)) if name.startswith("audiences/")}
    assert left == {"audiences/cdnow/some/2026-07-01_1/members.csv"}


def test_an_export_half_erased_is_mended_and_a_damaged_one_removed(shop: Shop) -> None:
    shop.declare("some: condition: true, hold_out_share: 0")
    shop.select()
    export(shop)
    ids = ("c3",)
    [folder] = export_folders(shop.settings, SOURCE)
    told = json.loads((folder / "manifest.json").read_text())
    erase_from_exports(shop.settings, SOURCE, ids)
    (folder / "manifest.json").write_text(json.dumps(told))  # as if it had been killed before the last step
    assert erase_from_exports(shop.settings, SOURCE, ids)["exports_rewritten"] == 1
    assert manifest(shop)["erased_count"] == 1
    assert erase_from_exports(shop.settings, SOURCE, ids).total() == 0
    (exports_of(shop.settings, SOURCE) / "some" / ".2026-07-02_x.new").mkdir()
    (folder / "members.parquet").write_bytes(b"PAR1")
    assert erase_from_exports(shop.settings, SOURCE, ids)["exports_removed"] == 1
    assert export_folders(shop.settings, SOURCE) == []
    assert not list((exports_of(shop.settings, SOURCE) / "some").glob(".*.new"))
