"""docs/sample-shop.md states the parameters that are in the code."""

from __future__ import annotations

import pytest

from warehouse.base.settings import CHECKOUT
from warehouse.sources.sample_shop.dirt_kinds import KINDS
from warehouse.sources.sample_shop.segments import SEGMENTS
from warehouse.sources.sample_shop.settings import SampleShop


@pytest.fixture(scope="module")
def text() -> str:
    return (CHECKOUT / "docs" / "sample-shop.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("segment", SEGMENTS, ids=lambda segment: segment.name)
def test_segment_table(text, segment):
    row = (
        f"| {segment.name} | {segment.share:.2f} | {segment.orders_per_year:.1f} | {segment.lifetime_days:.0f} "
        f"| {segment.extra_lines:.1f} | {segment.extra_quantity:.1f} "
        f"| {segment.discount_probability:.2f} × {segment.discount_share * 100:.0f} % "
        f"| {segment.return_probability:.2f} | {segment.uplift_share:.2f} |"
    )
    assert row in text


def test_settings_and_dirt_kinds_are_all_named(text):
    for name, field in SampleShop.model_fields.items():
        assert f"`{name}`" in text
        assert str(field.default) in text
    assert all(f"`{kind.name}`" in text for kinds in KINDS.values() for kind in kinds)
