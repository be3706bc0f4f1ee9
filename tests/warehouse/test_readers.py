"""People read while versions change: no error, no wait, one version at a time."""

from __future__ import annotations

from tests.warehouse.reading import campaign
from warehouse.base.settings import Settings


def test_readers_are_never_disturbed(settings: Settings) -> None:
    found = campaign(settings, seconds=1, reader_count=2, fewest_publications=4)
    assert found.violations == []
    assert found.rollbacks >= 1
    assert min(found.reads_by_way.values()) > 3
    assert found.versions_seen >= 2
    # A wait would be one for a publication or its lock; the bound leaves room for a busy machine.
    assert found.longest_read_seconds < 10
