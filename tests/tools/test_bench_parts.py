"""Which parts `make bench` measures."""

from __future__ import annotations

import subprocess

import pytest

from tools.benchmark.__main__ import ALL_PARTS, parts_to_measure
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import CHECKOUT


@pytest.mark.parametrize(
    ("part", "request_is_given", "expected"),
    [("", False, ALL_PARTS), ("", True, ("pipeline",)), ("models", False, ("models",)), ("jobs", True, ("jobs",))],
)
def test_the_parts_measured(part: str, request_is_given: bool, expected: tuple[str, ...]) -> None:
    assert parts_to_measure(part, request_is_given) == expected


def test_an_unknown_part_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ClienteleError, match="no part 'model'") as caught:
        parts_to_measure("model", False)
    assert "PART=models" in str(caught.value)


def test_make_passes_the_part_on() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "bench", "PART=jobs"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert '--part="$ARG_PART"' in done.stdout
