"""A whole run with a person in it: personal data stay inside; then the person is erased and the marts built anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import stages
from tests.warehouse.privacy.shop_with_people import CANARIES, PERSON, SECOND_ACCOUNT, SOURCE, found_in_home, write_shop
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.erasure.erase import erase
from warehouse.marts import dbt
from warehouse.marts.build import build_marts
from warehouse.publishing.publish import publish

PERSONAL = CANARIES[2:]


@pytest.mark.integration
@pytest.mark.usefixtures("dbt_writes_everything", "gate_pages")  # artefacts and pages are searched, too
def test_personal_data_stay_inside_and_an_erased_person_leaves_consistent_marts(
    settings: Settings, tmp_path: Path
) -> None:
    _, plan = stages.ingest_checked(settings, SOURCE, write_shop(tmp_path / "given"))
    # Their data tests run where they are built anew, below.
    build_marts(settings, SOURCE, plan.as_of_date, data_tests=False)
    dbt.build(settings, SOURCE, plan.as_of_date, dbt.ACTIVATION_SELECTION, data_tests=False)
    stages.publish(settings, plan)

    for written in ("logs/dbt.log", "target/run_results.json", "target/manifest.json"):
        assert (settings.dbt_target_folder / written).stat().st_size > 1000
    inside = ("landing/", f"warehouse/{SOURCE}.duckdb")
    outside = {place for place in found_in_home(settings, PERSONAL) if not place.startswith(inside)}
    assert outside == set()  # logs, pages, dbt's artefacts, published tables and Parquet
    with open_build_file(settings, SOURCE, read_only=True) as connection:
        before = connection.execute("select count(*), sum(net_amount) from marts.fct_orders").fetchone()
        merged = connection.execute(
            "select customer_id from pii.customer_identities where source_customer_id = ?", [SECOND_ACCOUNT]
        )
        assert merged.fetchone() == (PERSON,)  # by their e-mail address
        audience = connection.execute("select customer_id from marts.marketing_audience order by 1").fetchall()
        assert audience == [("K-000001x",), (PERSON,)]

    report = erase(settings, SOURCE, SECOND_ACCOUNT, "ada")
    assert report.account_count == 2
    assert found_in_home(settings) == {}
    with open_build_file(settings, SOURCE, read_only=True) as connection:
        assert connection.execute("select count(*), sum(net_amount) from marts.fct_orders").fetchone() == before
        guests = connection.execute(
            "select count(*) from marts.fct_orders where is_guest and not is_purchase"
        ).fetchone()
        assert guests == (3,)
        assert connection.execute("select count(*) from marts.dim_customers").fetchone() == (3,)
        assert connection.execute("select customer_id from marts.marketing_audience").fetchall() == [("K-000001x",)]
    publish(settings, SOURCE, plan.as_of_date, "after")
