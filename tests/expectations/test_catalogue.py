"""The table of expectations in docs/gates.md is what the gates check."""

from __future__ import annotations

from expectations.catalogue import BEGIN, END, catalogue_lines
from warehouse.base.settings import CHECKOUT


def test_the_page_lists_every_expectation():
    text = (CHECKOUT / "docs" / "gates.md").read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    stands = text[text.index(BEGIN) : text.index(END) + len(END)]
    assert stands == "\n".join(catalogue_lines()), "write it anew: python -m expectations table"


def test_every_rule_of_every_gate_is_in_the_table(suites):
    text = "\n".join(catalogue_lines())
    for found in suites.values():
        _structure, *others = found
        for suite in others:
            for expectation in suite.expectations:
                assert (
                    expectation.meta["rule"].removeprefix(
                        f"{expectation.meta.get('table', '')}".rpartition(".")[2] + "_"
                    )
                    in text
                )
