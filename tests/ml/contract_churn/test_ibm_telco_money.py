"""Contracts' money of the Telco file is what the file itself says, read with pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.homes import copied_home
from tests.ml.contract_churn.conftest import AS_OF_DATE
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.marts.dbt import build


@pytest.fixture(scope="module")
def months(telco: Settings, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """mrr_movements of the real file."""
    settings = copied_home(telco, tmp_path_factory.mktemp("money") / "home")
    marts = ("contract_mrr_months", "customer_mrr_months", "mrr_movements")
    build(settings, "ibm_telco", AS_OF_DATE, marts, data_tests=False)
    with open_build_file(settings, "ibm_telco", read_only=True) as connection:
        return connection.execute("select * from marts.mrr_movements order by month").df()


@pytest.fixture(scope="module")
def file(real_data: Path) -> pd.DataFrame:
    """The file; who left did so on 2018-01-01, after so many months, by the source's convention."""
    rows = pd.read_csv(real_data / "ibm_telco_churn.csv")
    observed = pd.Timestamp("2018-01-01")
    return rows.assign(started=[observed - pd.DateOffset(months=months) for months in rows["tenure"]])


def test_the_newest_month_is_the_monthly_charges_of_those_who_stayed(months: pd.DataFrame, file: pd.DataFrame) -> None:
    stayed = file[file["Churn"] == "No"]
    newest = months.iloc[-1]
    assert float(newest["closing_mrr_amount"]) == pytest.approx(stayed["MonthlyCharges"].sum(), abs=0.005)
    assert newest["closing_customer_count"] == newest["contract_count"] == len(stayed)
    assert not newest["is_complete_month"]


def test_all_who_left_did_so_in_the_newest_month(months: pd.DataFrame, file: pd.DataFrame) -> None:
    """The file is a cross-section: before the day on which it was taken nobody leaves."""
    left = file[file["Churn"] == "Yes"]
    assert months["churned_customer_count"].tolist() == [0] * (len(months) - 1) + [len(left)]
    newest = months.iloc[-1]
    assert float(newest["churned_mrr_amount"]) == pytest.approx(left["MonthlyCharges"].sum(), abs=0.005)
    begun = file[file["started"] < "2018-01-01"]
    assert newest["logo_churn_share"] == pytest.approx(len(left) / len(begun))
    assert newest["gross_revenue_churn_share"] == pytest.approx(
        left["MonthlyCharges"].sum() / begun["MonthlyCharges"].sum()
    )


def test_each_month_wins_the_charges_of_the_contracts_that_began_in_it(
    months: pd.DataFrame, file: pd.DataFrame
) -> None:
    """A contract that begins on the first of a month is there at that month's end, not at the end of the one before."""
    begun = file.groupby(file["started"].dt.to_period("M"))["MonthlyCharges"].sum()
    assert months["new_mrr_amount"].astype(float).tolist() == pytest.approx(begun.tolist(), abs=0.005)
    assert months["opening_mrr_amount"].tolist()[1:] == months["closing_mrr_amount"].tolist()[:-1]
