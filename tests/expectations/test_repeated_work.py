"""What is left out of Great Expectations' work changes nothing that it is asked for."""

from __future__ import annotations

from inspect import unwrap

import pytest

from expectations.gates import GATES
from expectations.gx.repeated_work import leave_out_repeated_work


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("name", ["_get_domain_kwargs", "_get_success_kwargs"])
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
