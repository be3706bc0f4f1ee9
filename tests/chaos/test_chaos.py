"""A short crash campaign, and that the campaign would see what it looks for. `make chaos` is the long one.

What it puts together, `make test` tries part by part: publications, roll-backs, trainings, erasures and increments that
are killed, and readers all the while (`test_*_killed.py`, `test_killed_trainings.py`, `test_dbt_increments.py`,
`test_readers.py`).
"""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.chaos import content
from tests.chaos.campaign import Findings
from tests.chaos.parts import Part
from tests.chaos.report import Report
from tests.warehouse.small_warehouse import make_marts, published_run
from warehouse.base.connections import open_build_file
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.publishing.publish import publish


@pytest.mark.campaign
def test_a_run_that_is_killed_again_and_again_ends_as_if_nothing_had_happened() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--short", "--runs", "1", "--customers", "100", "--readers", "1"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    counted = {
        name: int(number.replace(",", "")) for name, number in re.findall(r"\| ([a-z ]+) \| ([\d,]+) ", done.stdout)
    }
    assert counted["kills"] >= 3
    assert counted["looks at what is published after the damage"] == 4
    assert counted["runs compared with an undisturbed one"] == 1
    assert counted["reader queries during runs"] > 10


def test_equal_content_is_told_from_other_content(settings: Settings) -> None:
    published_run(settings, 3)
    first, strict = content.content_hashes(settings), content.strict_hash(settings)
    rows = content.comparable_rows(settings)
    publish(settings, "files", date(2024, 1, 1), "another-run")
    assert content.content_hashes(settings) == first
    assert content.strict_hash(settings) != strict, "a version is not the one before it, whatever it says"
    assert content.difference(settings, rows) == []
    with open_build_file(settings, "files") as connection:
        connection.execute("update marts.fct_orders set net_amount = 1.51 where order_id = 1")
    publish(settings, "files", date(2024, 1, 1), "third-run")
    found = content.content_hashes(settings)
    differing = {table for table in first if found[table] != first[table]}
    assert differing == {"marts.fct_orders", "quality.pipeline_runs"}
    assert "marts.fct_orders: 1 rows missing, 1 rows added" in content.difference(settings, rows)


def test_a_decision_that_is_lost_is_seen_and_one_said_again_is_not(settings: Settings) -> None:
    decision = """
        insert into quality.model_promotions by name select now()::timestamp as decided_at, 'churn' as job,
        'files' as source, date '2024-01-01' as as_of_date, 'm' as model_name, 'c' as candidate, ? as decision,
        'version 3 serves' as reason, ? as model_version
    """
    make_marts(settings, 2)

    def after(*decisions: tuple[str, str]) -> str:
        with open_build_file(settings, "files") as connection:
            connection.execute("delete from quality.model_promotions")
            for one in decisions:
                connection.execute(decision, list(one))
        publish(settings, "files", date(2024, 1, 1), "run")
        return content.content_hashes(settings)["quality.model_promotions"]

    promoted = after(("promoted", "3"))
    assert after(("promoted", "4"), ("not_retrained", "4")) == promoted
    assert after(("promoted", "3"), ("promoted", "3")) == promoted
    assert after(("not_retrained", "3")) != promoted


def test_a_parquet_file_that_lacks_rows_is_seen(settings: Settings) -> None:
    published_run(settings, 3)
    file = (settings.published_folder / "parquet" / "marts" / "fct_orders.parquet").resolve()
    duckdb.sql("select 1 as order_id").write_parquet(str(file))
    with pytest.raises(AssertionError, match=r"fct_orders\.parquet has 1 rows"):
        content.strict_hash(settings)


def test_every_violation_stands_in_the_report(tmp_path: Path) -> None:
    findings = Findings(violations=["one"])
    findings.reading.violations.append("two")
    findings.done.update({("publish", "moment"): 2, ("publish", "disk"): 1})
    report = Report(1, 60.0, True, findings, [Part("readers", {"kills": 5}, ["three"])])
    text = "\n".join(report.lines())
    assert report.violations == ["one", "two", "three"]
    assert "| kills | 7 |" in text
    assert "| stages ended by a full disk or lack of memory | 1 |" in text
    assert "| **violations** | **3** |" in text
    assert "- three" in text
