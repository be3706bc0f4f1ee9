"""docs/data-dictionary.md is what its sources say."""

from __future__ import annotations

from warehouse.base.settings import CHECKOUT
from warehouse.tables.contract import load_contract
from warehouse.tables.data_dictionary import data_dictionary


def test_the_committed_dictionary_is_current() -> None:
    committed = (CHECKOUT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert committed == data_dictionary(), "run: make docs"


def test_every_contract_column_and_published_mart_is_in_it() -> None:
    text = data_dictionary()
    for name, table in load_contract().tables.items():
        assert f"### {name}\n" in text
        for column in table.columns:
            assert f"| `{column}` |" in text
    for mart in ("customer_360", "customer_features", "fct_orders", "dim_customers"):
        assert f"### {mart}\n" in text
