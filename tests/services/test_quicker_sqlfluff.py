"""What sqlfluff finds, it finds when rules share the layout of a file."""

from __future__ import annotations

import pytest
from sqlfluff.core import FluffConfig, Linter
from sqlfluff.utils.reflow.sequence import ReflowSequence

from services import quicker_sqlfluff
from warehouse.base.settings import CHECKOUT

SPACES = "select\n    a  as b,\n    c\nfrom orders\n"
INDENT = "select\n  a as b,\n    c\nfrom orders\n"
LONG = f"select\n    a as b,\n    c\nfrom orders\nwhere {' and '.join(['a = c'] * 20)}\n"
KEYWORD = "select\n    a as b,\n    c\nfrom orders where a = c\n"
SHOUTED = "SELECT\n    a as b,\n    c\nfrom orders\n"
ALL = "SELECT\n  a  as b,\n    c\nfrom orders where a = c\n"
CLEAN = "select\n    a as b,\n    c\nfrom orders\n"
# … and where: rule, line, place in the line
FOUND = {
    SPACES: {("LT01", 2, 6)},
    INDENT: {("LT02", 2, 1)},
    LONG: {("LT05", 5, 1)},
    KEYWORD: {("LT14", 4, 13)},
    SHOUTED: {("CP01", 1, 1)},
    ALL: {("CP01", 1, 1), ("LT02", 2, 1), ("LT01", 2, 4), ("LT14", 4, 13)},
    CLEAN: set(),
}


@pytest.fixture
def linter(monkeypatch: pytest.MonkeyPatch) -> Linter:
    monkeypatch.setattr(ReflowSequence, "from_root", ReflowSequence.from_root)  # put back after the test
    config = FluffConfig.from_path(str(CHECKOUT), overrides={"templater": "raw"})
    return Linter(config=config)


def findings(linter: Linter, sql: str) -> set[tuple[str, int, int]]:
    linted = linter.lint_string(sql)
    return {(one.rule_code(), one.line_no, one.line_pos) for one in linted.get_violations()}


def test_the_same_is_found_with_one_layout_for_all_rules(linter: Linter) -> None:
    alone = {sql: findings(linter, sql) for sql in FOUND}
    laid_out: list[object] = []
    lay_out = ReflowSequence.from_root

    def counted(root_segment: object, config: FluffConfig) -> ReflowSequence:
        laid_out.append(root_segment)
        return lay_out(root_segment, config)

    ReflowSequence.from_root = staticmethod(counted)
    quicker_sqlfluff.lay_out_once()
    shared = {sql: findings(linter, sql) for sql in FOUND}
    assert shared == alone == FOUND
    assert len(laid_out) == len(FOUND)
