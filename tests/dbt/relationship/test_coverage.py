"""Every mart of a relationship is counted, and an empty one says what the source lacks."""

from __future__ import annotations

from dbt_build_file import DBT_PROJECT, BuildFile


def test_every_mart_is_counted(built_shop: BuildFile) -> None:
    folders = (DBT_PROJECT / "models" / "relationship").rglob("*.yml")
    marts = {path.stem for path in folders if path.parent.name != "intermediate"} - {"relationship_coverage"}
    marts.add("customer_lifecycle")  # built with the marts, in increments
    counted = dict(built_shop.query("select mart_name, row_count from marts.relationship_coverage"))
    assert set(counted) == marts
    assert {mart: built_shop.query(f"select count(*) from marts.{mart}")[0][0] for mart in marts} == counted


def test_the_random_shop_fills_what_it_has_rows_for(built_shop: BuildFile) -> None:
    """Marts without rows there say why in a sentence."""
    reasons = built_shop.query("select reason from marts.relationship_coverage where row_count = 0")
    assert all(reason.endswith(".") for (reason,) in reasons)
