"""What is left out of Great Expectations' work changes nothing that it is asked for."""

from __future__ import annotations

import subprocess
import sys
from inspect import unwrap

import pytest

from expectations.gates import GATES
from expectations.gx.repeated_work import leave_out_repeated_work
from tests.expectations.small_shop import change, not_held
from warehouse.base.settings import CHECKOUT


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("name", ["_get_domain_kwargs", "_get_success_kwargs", "_get_runtime_kwargs"])
def test_each_expectation_has_the_arguments_that_gx_gives_it(suites, gate, name):
    from great_expectations.expectations.expectation import Expectation

    leave_out_repeated_work()
    leave_out_repeated_work()
    ours, of_gx = getattr(Expectation, name), unwrap(getattr(Expectation, name))
    assert ours.__module__ == of_gx.__module__
    assert ours.__code__ is not of_gx.__code__
    for suite in suites[gate]:
        for expectation in suite.expectations:
            assert ours(expectation) == of_gx(expectation)


@pytest.mark.parametrize("given", [{}, {"result_format": "SUMMARY"}, {"catch_exceptions": False, "batch_id": "other"}])
def test_what_a_run_asks_for_counts_as_in_gx(suites, given):
    from great_expectations.expectations.expectation import Expectation

    leave_out_repeated_work()
    ours = Expectation._get_runtime_kwargs
    rules = [rule for gate in GATES for suite in suites[gate] for rule in suite.expectations]
    assert len(rules) > 500
    assert [rule for rule in rules if ours(rule, given) != unwrap(ours)(rule, given)] == []


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"column": "one"},
        {"column": "order_status", "batch_id": None, "count": 3, "is_exact": True},
        {"b": "ä", "a": 2},
        {"b": 2, "a": "ä", "c": 2.5},
        {"value_set": ["a", None], "batch_id": "orders"},
    ],
)
def test_ids_are_those_of_gx(content):
    from great_expectations.core.id_dict import IDDict

    leave_out_repeated_work()
    found = IDDict(content)
    of_gx = unwrap(IDDict.to_id)
    assert found.to_id() == of_gx(found)
    assert found.to_id(id_ignore_keys=["a"]) == of_gx(found, id_ignore_keys=["a"])
    assert found.to_id(id_keys=[*content][:2]) == of_gx(found, id_keys=[*content][:2])


@pytest.mark.usefixtures("gate_pages")
def test_stored_results_are_written_as_gx_writes_them(shop, monkeypatch):
    from great_expectations.data_context.store import ValidationResultsStore

    change(shop, "update raw.orders set order_status = 'zebra', customer_id = null")
    leave_out_repeated_work()
    written = []
    ours = ValidationResultsStore.serialize

    def both(store, value):
        written.append((ours(store, value), unwrap(ours)(store, value)))
        return written[-1][0]

    monkeypatch.setattr("expectations.gx.context.leave_out_repeated_work", lambda: None)
    monkeypatch.setattr(ValidationResultsStore, "serialize", both)
    assert "raw.orders: order_status_is_known" in not_held(shop, "raw")
    assert len(written) > 10
    assert [ours for ours, of_gx in written if ours != of_gx] == []


def test_gx_is_imported_without_what_no_gate_needs_and_others_get_it_whole():
    program = """if True:
        import sys
        from expectations.gx.context import calm_great_expectations

        calm_great_expectations()
        assert "great_expectations" in sys.modules and not {"altair", "scipy.stats"} & set(sys.modules)
        from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as seldom_used
        from scipy import stats
        assert seldom_used.stats.entropy([0.5, 0.5]) == stats.entropy([0.5, 0.5]) > 0.69
        assert type(stats).__name__ == "module" and stats.__file__
    """
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
