"""The examples in the documentation of ml are run."""

from __future__ import annotations

import doctest

import pytest

from ml.data import preprocessing
from ml.evaluation import metrics


@pytest.mark.parametrize("module", [metrics, preprocessing], ids=lambda module: module.__name__)
def test_examples(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
