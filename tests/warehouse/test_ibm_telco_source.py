"""The Telco file as subscriptions: placed in time, pseudo-values understood, what cannot be placed quarantined."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from warehouse.base.connections import open_build_file
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import ingest_source
from warehouse.runs.planning import plan_run

HEAD = (
    "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,"
    "OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,StreamingMovies,Contract,PaperlessBilling,"
    "PaymentMethod,MonthlyCharges,TotalCharges,Churn\n"
)
NO_NET = ",".join(["No internet service"] * 6)
ROW = "{id},Female,{senior},Yes,No,{tenure},Yes,No,{net},{contract},Yes,Mailed check,20.05,{total},{churn}\n"


def row(name: str, **given: str) -> str:
    values = {"senior": "0", "tenure": "14", "net": f"No,{NO_NET}", "contract": "One year", "total": "280.7"}
    return ROW.format(id=name, **{**values, "churn": "No", **given})


def loaded(settings: Settings, tmp_path: Path, *rows: str) -> dict[str, tuple]:
    file = tmp_path / "telco.csv"
    file.write_text(HEAD + "".join(rows))
    land_input(settings, "ibm_telco", file)
    ingest_source(settings, "ibm_telco")
    query = (
        "select subscription_id, started_at::date::varchar, ended_at::date::varchar, term_months, plan_name, "
        "total_charges_amount::double, attributes from raw.subscriptions"
    )
    with open_build_file(settings, "ibm_telco", read_only=True) as connection:
        return {found[0]: found[1:] for found in connection.execute(query).fetchall()}


def test_rows_are_placed_in_time_and_pseudo_values_are_no(settings: Settings, tmp_path: Path) -> None:
    found = loaded(
        settings, tmp_path, row("runs", senior="1"), row("left", churn="Yes"), row("new", tenure="0", total=" ")
    )
    assert found["runs"][:5] == ("2016-11-01", None, 12, "phone", 280.7)
    assert found["left"][:2] == ("2016-11-01", "2018-01-01")
    assert (found["new"][0], found["new"][4]) == ("2018-01-01", None)
    attributes = json.loads(found["runs"][5])
    assert (attributes["internet_service"], attributes["has_tech_support"], attributes["is_senior"]) == (
        "none",
        False,
        True,
    )
    assert plan_run(settings, "ibm_telco").as_of_date.isoformat() == "2018-01-02"


def test_what_cannot_be_placed_is_quarantined(settings: Settings, tmp_path: Path) -> None:
    bad = {"tenure": "-3"}, {"tenure": "long"}, {"tenure": ""}, {"churn": "maybe"}, {"contract": "Weekly"}
    found = loaded(settings, tmp_path, row("good"), *(row(f"bad{n}", **given) for n, given in enumerate(bad)))
    assert set(found) == {"good", "bad4"}
    assert found["bad4"][2] is None  # a term that is no number of months costs the term, not the contract
    with open_build_file(settings, "ibm_telco", read_only=True) as connection:
        reasons = connection.execute("select reason from quality.quarantined_rows order by row_number").fetchall()
    assert [reason[0].split(":")[0] for reason in reasons] == [
        "started_at",
        "started_at",
        "started_at",
        "ended_at",
    ]


def test_neither_orders_nor_subscriptions_is_refused_and_subscriptions_alone_are_not(
    settings: Settings, tmp_path: Path
) -> None:
    folder = settings.landing_of("files")
    folder.mkdir(parents=True)
    (folder / "customers.csv").write_text("customer_id\n1\n")
    with pytest.raises(LandingError, match="No orders and no subscriptions"):
        ingest_source(settings, "files")
    (folder / "subscriptions.csv").write_text(
        "subscription_id,customer_id,started_at\ns,1,2024-01-05\nt,1,2024-02-05\n"
    )
    ingest_source(settings, "files")
    assert plan_run(settings, "files").as_of_date.isoformat() == "2024-02-06"
