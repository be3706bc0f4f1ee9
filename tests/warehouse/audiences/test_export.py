"""What is exported: whole or as before, nobody held out, nothing personal that is not asked for."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.warehouse.audiences.audience_shop import DAY, Shop, made_shop
from tests.warehouse.forks import die_at, in_fork, was_killed
from tests.warehouse.test_alerts import QUICK, Receiver
from warehouse.alerts.webhook import deliver
from warehouse.audiences.export import Exports, export_audiences
from warehouse.audiences.export_files import export_folders, exports_of
from warehouse.audiences.notice import post_exports
from warehouse.privacy.pseudonyms import Pseudonyms
from warehouse.privacy.secret import privacy_secret


def export(shop: Shop, day: date = DAY) -> Exports:
    return export_audiences(shop.settings, shop.source, day, version="20260701T0-files", pipeline_run_id="run-1")


def current(shop: Shop, name: str = "some") -> Path:
    return exports_of(shop.settings, shop.source) / name / "current"


def rows(shop: Shop, name: str = "some") -> list[dict[str, str]]:
    with (current(shop, name) / "members.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def manifest(shop: Shop, name: str = "some") -> dict:
    return json.loads((current(shop, name) / "manifest.json").read_text(encoding="utf-8"))


def test_both_files_have_those_to_contact_in_order_and_the_manifest_tells_of_them(shop: Shop) -> None:
    shop.declare("some: condition: order_count > 40, order_by: net_amount desc, columns: [net_amount, country]")
    shop.select()
    assert not export(shop).problems
    to_contact = [customer for customer, held_out in shop.members("some").items() if not held_out]
    assert [row["customer_id"] for row in rows(shop)] == to_contact
    assert pq.read_table(current(shop) / "members.parquet")["customer_id"].to_pylist() == to_contact
    told = manifest(shop)
    assert (told["audience"], told["source"], told["as_of_date"]) == ("some", "files", "2026-07-01")
    assert (told["warehouse_version"], told["pipeline_run_id"]) == ("20260701T0-files", "run-1")
    assert told["counts"]["exported"] == len(to_contact)
    assert told["counts"]["matched"] == 60
    names = [column["name"] for column in told["columns"]]
    assert names == ["audience_name", "as_of_date", "position", "customer_id", "net_amount", "country"]
    assert not told["has_personal_columns"]
    for file in told["files"]:
        content = (current(shop) / file["name"]).read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
        assert file["rows"] == len(to_contact)


def test_no_cell_of_the_csv_is_a_formula_and_the_parquet_has_values_as_they_are(shop: Shop) -> None:
    shop.declare("some: condition: true, columns: [country, may_be_contacted]")
    shop.select()
    export(shop)
    assert {row["country"][:4] for row in rows(shop)} == {"'=1+"}
    assert {row["may_be_contacted"] for row in rows(shop)} == {"true"}
    assert pq.read_table(current(shop) / "members.parquet")["country"][0].as_py().startswith("=1+")


def test_contacts_only_where_they_are_named(shop: Shop) -> None:
    shop.declare("some: condition: true", "letter: condition: true, contact_columns: [email]")
    shop.select()
    export(shop)
    assert not any("@" in value for row in rows(shop) for value in row.values())
    assert {row["email"] for row in rows(shop, "letter")} == {
        f"{row['customer_id']}@example.com" for row in rows(shop, "letter")
    }
    assert manifest(shop, "letter")["has_personal_columns"]
    assert "@" not in (current(shop, "letter") / "manifest.json").read_text()
    for path in exports_of(shop.settings, shop.source).rglob("*"):
        if path.is_dir() and path.parent == exports_of(shop.settings, shop.source):
            assert path.stat().st_mode & 0o077 == 0


def test_pseudonyms_stand_for_ids_where_they_do_in_published_tables(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENTELE_PRIVACY_SECRET", "x" * 40)
    pseudonymous = Shop(shop.settings.model_copy(update={"published_ids": "pseudonymous"}), shop.source)
    pseudonymous.declare("some: condition: true", "letter: condition: true, contact_columns: [email]")
    pseudonymous.select()
    export(pseudonymous)
    names = Pseudonyms(shop.source, privacy_secret(shop.settings))
    assert {row["customer_id"] for row in rows(shop)} == {names.of(one) for one in shop.exported("some")}
    assert {row["customer_id"] for row in rows(shop, "letter")} == shop.exported("letter")
    replaced = names.replacement("marts", "audience_overview", ["audience_name", "condition", "reason"])
    assert replaced == "replace ('(withheld)' as condition, '(withheld)' as reason)"


def test_another_export_takes_its_place_and_a_few_are_kept(shop: Shop) -> None:
    few = Shop(shop.settings.model_copy(update={"published_versions_kept": 2}), shop.source)
    few.declare("some: condition: true")
    for days in (2, 1, 0, 0):
        few.select(DAY - timedelta(days=days))
        export(few, DAY - timedelta(days=days))
    kept = export_folders(few.settings, few.source)
    assert [folder.name[:10] for folder in kept] == ["2026-07-01", "2026-07-01"]
    assert current(few).resolve() == kept[-1]


def test_a_list_that_no_longer_stands_is_not_found_as_the_current_one(shop: Shop) -> None:
    shop.declare("some: condition: true", "other: condition: true")
    shop.select()
    export(shop)
    shop.declare("some: condition: no_such_column", "third: condition: true")
    shop.select(DAY + timedelta(days=1))
    export(shop, DAY + timedelta(days=1))
    found = {path.parent.name for path in exports_of(shop.settings, shop.source).glob("*/current")}
    assert found == {"third"}
    assert len(export_folders(shop.settings, shop.source)) == 3
    (shop.declarations / "test.yml").unlink()
    shop.select(DAY + timedelta(days=2))
    assert export(shop, DAY + timedelta(days=2)) == Exports()
    assert list(exports_of(shop.settings, shop.source).glob("*/current")) == []


def test_a_past_date_exports_nothing_and_leaves_what_is_there(shop: Shop) -> None:
    shop.declare("some: condition: true")
    shop.select()
    export(shop)
    before = current(shop).resolve()
    shop.select(DAY - timedelta(days=30))
    past = export(shop, DAY - timedelta(days=30))
    assert past.manifests == ()
    assert "those of 2026-07-01 stand" in past.skipped
    assert current(shop).resolve() == before


def test_who_took_back_consent_since_the_selection_is_in_no_export(shop: Shop) -> None:
    shop.declare("some: condition: true")
    shop.select()
    somebody = min(shop.exported("some"))
    shop.run("update marts.customer_360 set may_be_contacted = false where customer_id = ?", [somebody])
    [problem] = export(shop).problems
    assert "were selected" in problem.words
    assert not current(shop).exists()


def test_a_fault_of_one_export_stops_no_other(shop: Shop) -> None:
    shop.declare("some: condition: true", "other: condition: true")
    shop.select()
    blocked = exports_of(shop.settings, shop.source) / "some"
    blocked.write_text("a file where the folder should be")
    exports = export(shop)
    assert [one.audience for one in exports.manifests] == ["other"]
    [problem] = exports.problems
    assert problem.name == "some"


def test_two_sources_export_apart(shop: Shop) -> None:
    other = made_shop(shop.settings, customers=20, source="cdnow")
    shop.declare("some: condition: true")
    for one in (shop, other):
        one.select()
        export(one)
    assert len(rows(other)) < 20 < len(rows(shop))


def test_killed_at_any_step_an_export_is_the_former_or_the_new_one(shop: Shop) -> None:
    """Each attempt is killed one step of files later than the one before."""
    shop.declare("some: condition: order_count <= 50")
    shop.select()
    export(shop)
    former = rows(shop)
    shop.declare("some: condition: order_count > 50")
    shop.select()
    killed = 0
    for step in range(1, 60, 4):
        status = in_fork(_export_and_die, shop, step)
        told = manifest(shop)
        content = (current(shop) / "members.csv").read_bytes()
        assert told["files"][0]["sha256"] == hashlib.sha256(content).hexdigest()
        if not was_killed(status):
            break
        killed += 1
    assert killed > 5
    assert rows(shop) != former
    assert {row["customer_id"] for row in rows(shop)} == shop.exported("some")
    assert [path.name for path in exports_of(shop.settings, shop.source).glob("some/.*")] == []


def _export_and_die(shop: Shop, step: int) -> None:
    die_at(step, str(exports_of(shop.settings, shop.source)))
    export(shop)


@pytest.mark.parametrize("answers", [(200,), (500, 500, 500)])
def test_the_webhook_is_told_of_counts_and_place_and_of_nobody(
    shop: Shop, answers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.audiences.notice.deliver", lambda *told: deliver(*told, QUICK))
    receiver = Receiver(*answers)
    try:
        told = Shop(shop.settings.model_copy(update={"audience_webhook_url": _secret(f"{receiver.address}/s3cret")}))
        told.declare("some: condition: true, contact_columns: [email]", "another: condition: true")
        told.select()
        exports = export(told)
        problems = post_exports(told.settings, exports)
    finally:
        receiver.close()
    assert exports.problems == ()
    if answers[0] == 500:
        [problem] = problems
        assert "another, some: it answered 500" in problem.words
        assert "s3cret" not in problem.words
        assert len(receiver.received) == QUICK.attempts
        return
    assert problems == []
    assert [body["audience"] for _, body in receiver.received] == ["another", "some"]
    assert (told.settings.home / receiver.received[1][1]["folder"] / "members.csv").is_file()
    text = json.dumps(receiver.received)
    assert "@" not in text
    assert not any(customer in text.replace('"', " ").split() for customer in told.members("some"))


def test_without_an_address_nobody_is_told(shop: Shop) -> None:
    shop.declare("some: condition: true")
    shop.select()
    assert post_exports(shop.settings, export(shop)) == []


def _secret(text: str):
    from pydantic import SecretStr

    return SecretStr(text)
