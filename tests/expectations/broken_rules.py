"""The critical rules of a gate that find rows, asked of DuckDB directly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from unittest.mock import patch

from expectations.failing_rows import CANNOT_JUDGE
from expectations.gx.row_rule import ExpectNoRowsBreakingRule
from expectations.measures.measure import measure
from expectations.thresholds import load_thresholds
from tests.expectations.small_shop import AS_OF

_CHANGED = re.compile(r"\b(?:update|into|from|table) (?:raw|staging|intermediate|pii|marts|scores|quality)\.(\w+)")
# What is made of tables that a rule then does not name itself (`expectations.preparations`, `expectations.measures`).
_MADE_OF_OTHERS = ("quality.", "ledger_orders", "raw_order_lines", "existing_columns")


def broken(connection, gate, suites, as_of_date=AS_OF, changed_by: Sequence[str] | None = None) -> set[str]:
    """`table: rule` of the critical query rules that find rows, asked of DuckDB directly.

    Parameters
    ----------
    changed_by
        The statements that changed a shop in which no rule is broken: only rules are asked that name a table in them,
        or something made of several.
    """
    named = None if changed_by is None else (*_MADE_OF_OTHERS, *_CHANGED.findall("\n".join(changed_by)))
    with patch("expectations.measures.measure.write_profiles"):  # what the suite `distribution` goes by
        measure(connection, gate, as_of_date, load_thresholds(), datetime(2024, 9, 1))
    found = set()
    for name, expectation, suite in query_rules(suites):
        query = expectation.unexpected_rows_query.format(batch=f"(select * from {suite.table_name})")
        if named is not None and not any(name in query for name in named):
            continue
        if any(not row.get(CANNOT_JUDGE) for row in connection.execute(query).to_arrow_table().to_pylist()):
            found.add(name)
    return found


def query_rules(suites):
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
