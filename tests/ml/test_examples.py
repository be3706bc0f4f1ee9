"""The examples in the documentation of ml are run."""

from __future__ import annotations

import doctest

import pytest

import ml.evaluation.metrics
import ml.preprocessing


@pytest.mark.parametrize("module", [ml.evaluation.metrics, ml.preprocessing], ids=lambda module: module.__name__)
def test_examples(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
