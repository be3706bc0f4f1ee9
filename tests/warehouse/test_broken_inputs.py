"""The corpus of broken inputs, each tried on the loader; what the documentation says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broken_inputs.campaign import Former, all_cases, make_former_home, run_corpus, violations_of
from tests.broken_inputs.case import Case, order, orders
from tests.broken_inputs.table import corpus_table
from warehouse.base.settings import CHECKOUT

CASES = all_cases()
# Of each group, one of each outcome: loaded, quarantined, both, refused, nothing in it; and what a link or a lack of
# permission refuses.
AGAIN = {
    *("utf16_le_mark", "control_character", "one_damaged_row", "utf16_cut"),
    *("separator_line", "conflicting_rows", "header_only", "open_quote", "empty"),
    *("offset", "date_words", "decimal_marks_contradict", "unicode_forms"),
    *("gzip", "gzip_damaged", "gzip_of_nothing", "parquet_cut", "parquet_not_finite"),
    *("partitions", "link_inside", "link_out", "not_readable", "unknown_name", "document", "name_not_utf8"),
}
LARGE = {"open_quote_in_large_file"}  # that of test_swallowed_rows, and of a few lines here, stand for it
# Others of what is handed in stand for these, which take other ways through the same few lines.
SELDOM = {
    *("book_more_sheets", "book_blank_rows", "book_float", "book_twice", "book_empty", "book_no_parts"),
    *("list_bom_utf16", "one_object", "keys_differ", "nested_unused", "null_character", "list_goes_wrong", "nothing"),
    *("empty_list", "lines", "line_cut", "no_json", "zip_absolute", "zip_of_nothing", "zip_cut", "zip_of_book", "xz"),
    *("bzip2", "bzip2_cut", "zstandard_bomb", "text_named_zst", "book_number_as_time", "zip_unknown", "too_deep"),
}


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Former:
    return make_former_home(tmp_path_factory.mktemp("former") / "home")


def _once(case: Case) -> object:
    return pytest.param(case, marks=pytest.mark.campaign if case.name in LARGE | SELDOM else (), id=case.name)


@pytest.mark.parametrize("case", [_once(case) for case in CASES])
def test_a_broken_input_has_its_expected_outcome(case: Case, former: Former, tmp_path: Path) -> None:
    assert violations_of(case, former, tmp_path / "home", twice=case.name in AGAIN) == []


@pytest.mark.campaign
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.name not in AGAIN])
def test_a_broken_input_has_the_same_outcome_again(case: Case, former: Former, tmp_path: Path) -> None:
    assert violations_of(case, former, tmp_path / "home", twice=True) == []


def test_names_of_cases_are_unique() -> None:
    names = {case.name for case in CASES}
    assert len(names) == len(CASES) > 100
    assert names >= AGAIN | LARGE | SELDOM


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
