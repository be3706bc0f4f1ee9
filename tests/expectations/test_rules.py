"""Each critical rule that is a query finds the fault it is there for, and nothing else does."""

from __future__ import annotations

import pytest

from expectations.gates import GATES
from tests.expectations.breakages import BREAKAGES, Breakage
from tests.expectations.broken_rules import broken, query_rules

CASES = [(gate, breakage) for gate, breakages in BREAKAGES.items() for breakage in breakages]


@pytest.mark.parametrize("gate", GATES)
def test_nothing_is_wrong_with_the_good_shop(connection, suites, gate):
    assert broken(connection, gate, suites[gate]) == set()


@pytest.mark.parametrize(("gate", "breakage"), CASES, ids=[f"{gate}: {case.rule}" for gate, case in CASES])
def test_rule_finds_its_fault(connection, change, suites, gate, breakage: Breakage):
    change(breakage.statements)
    found = broken(connection, gate, suites[gate], changed_by=breakage.statements)
    assert found == {breakage.rule, *breakage.also}


@pytest.mark.campaign
@pytest.mark.parametrize(("gate", "breakage"), CASES, ids=[f"{gate}: {case.rule}" for gate, case in CASES])
def test_no_rule_at_all_finds_another_fault(connection, change, suites, gate, breakage: Breakage):
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
    rules = {name for name, _, _ in query_rules(others)}
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
