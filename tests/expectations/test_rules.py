"""Each critical rule that is a query finds the fault it is there for, and nothing else does."""

from __future__ import annotations

from datetime import datetime

import pytest

from expectations.failing_rows import CANNOT_JUDGE
from expectations.gates import GATES
from expectations.measures.measure import measure
from expectations.row_rule import ExpectNoRowsBreakingRule
from expectations.thresholds import load_thresholds
from tests.expectations.breakages import BREAKAGES, Breakage
from tests.expectations.small_shop import AS_OF

CASES = [(gate, breakage) for gate, breakages in BREAKAGES.items() for breakage in breakages]


def broken(connection, gate, suites) -> set[str]:
    """`table: rule` of the critical query rules that find rows, asked of DuckDB directly."""
    measure(connection, gate, AS_OF, load_thresholds(), datetime(2024, 9, 1))
    found = set()
    for name, expectation, suite in _query_rules(suites):
        query = expectation.unexpected_rows_query.format(batch=f"(select * from {suite.table_name})")
        if any(not row.get(CANNOT_JUDGE) for row in connection.execute(query).to_arrow_table().to_pylist()):
            found.add(name)
    return found


def _query_rules(suites):
    for suite in suites:
        if suite.title == "distribution":
            continue  # goes by an earlier run: test_distribution.py, test_collapse.py
        for expectation in suite.expectations:
            if isinstance(expectation, ExpectNoRowsBreakingRule) and expectation.severity == "critical":
                yield (
                    f"{expectation.meta.get('table', suite.table_name)}: {expectation.meta['rule']}",
                    expectation,
                    suite,
                )


@pytest.mark.parametrize("gate", GATES)
def test_nothing_is_wrong_with_the_good_shop(connection, suites, gate):
    assert broken(connection, gate, suites[gate]) == set()


@pytest.mark.parametrize(("gate", "breakage"), CASES, ids=[f"{gate}: {case.rule}" for gate, case in CASES])
def test_rule_finds_its_fault(connection, change, suites, gate, breakage: Breakage):
    change(breakage.statements)
    assert broken(connection, gate, suites[gate]) == {breakage.rule, *breakage.also}


@pytest.mark.parametrize("table", ["customer_churn", "customer_clv", "subscription_churn"])
@pytest.mark.parametrize("breakage", ["reasons = ' '", "reasons = null", "reason_codes = null", "reason_codes = '[{'"])
def test_scored_rows_have_reasons(ask, change, table, breakage):
    rule = "scores", f"scores.{table}", "scored_rows_have_reasons"
    assert ask(*rule) == []
    change([f"update scores.{table} set {breakage} where status = 'scored'"])
    found = ask(*rule)
    assert isinstance(found, list)
    assert len(found) >= 1


@pytest.mark.parametrize("gate", GATES)
def test_every_critical_query_rule_has_a_case(suites, gate):
    _structure, *others = suites[gate]
    rules = {name for name, _, _ in _query_rules(others)}
    assert rules == {breakage.rule for breakage in BREAKAGES[gate]}


@pytest.mark.parametrize("gate", GATES)
def test_every_expectation_tells_what_it_means_and_what_to_do(suites, gate):
    for suite in suites[gate]:
        rules = [expectation.meta["rule"] for expectation in suite.expectations]
        columns = [expectation.meta.get("column") for expectation in suite.expectations]
        assert len(set(zip(rules, columns, strict=True))) == len(rules), suite.table_name
        for expectation in suite.expectations:
            assert expectation.meta["means"].endswith("."), expectation.meta["rule"]
            assert expectation.meta["first_step"]
            assert expectation.severity in ("critical", "warning")
