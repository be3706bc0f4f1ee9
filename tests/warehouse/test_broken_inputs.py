"""The corpus of broken inputs, each tried on the loader; what the documentation says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broken_inputs.campaign import Former, all_cases, make_former_home, run_corpus, violations_of
from tests.broken_inputs.case import Case, order, orders
from tests.broken_inputs.table import corpus_table
from warehouse.base.settings import CHECKOUT

CASES = all_cases()


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Former:
    return make_former_home(tmp_path_factory.mktemp("former") / "home")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_broken_input_has_its_expected_outcome(case: Case, former: Former, tmp_path: Path) -> None:
    assert violations_of(case, former, tmp_path / "home") == []


def test_names_of_cases_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 100


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"loaded": 2}, "loaded, quarantined, known are 1, 0, 0"),
        ({"loaded": 1, "holds": ("customer_id", [("b",)])}, "raw holds [('a',)]"),
        ({"loaded": 1, "reasons": ("too late",)}, "no row is quarantined because of 'too late'"),
        ({"refused": "is missing"}, "it was loaded"),
    ],
)
def test_the_campaign_sees_a_wrong_outcome(wrong: dict, words: str) -> None:
    campaign = run_corpus([Case("wrong", "", "", orders(order()), **wrong)])
    assert campaign.tried == 1
    assert any(words in found for found in campaign.violations["wrong"])


def test_the_documentation_is_the_corpus() -> None:
    found = (CHECKOUT / "docs" / "broken-inputs.md").read_text(encoding="utf-8")
    assert found == corpus_table(), "write it anew: python -m tests.broken_inputs --table > docs/broken-inputs.md"
