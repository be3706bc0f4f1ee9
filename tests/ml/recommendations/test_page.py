"""docs/recommendations.md names what the job says."""

from __future__ import annotations

from warehouse.base.settings import CHECKOUT
from warehouse.jobs.registry import job_spec


def test_every_reason_stands_on_the_page() -> None:
    page = (CHECKOUT / "docs" / "recommendations.md").read_text(encoding="utf-8")
    for code in job_spec("recommendations").scores.columns["reason_code"].allowed:
        assert f"| `{code}` |" in page
