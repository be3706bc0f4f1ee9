"""Which parts `make bench` measures, and that the models' part is a program of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from services import bench_models
from services.bench import PARTS, parts_to_measure
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import CHECKOUT


@pytest.mark.parametrize(
    ("part", "request_is_given", "expected"),
    [("", False, PARTS), ("", True, ("pipeline",)), ("models", False, ("models",)), ("jobs", True, ("jobs",))],
)
def test_the_parts_measured(part: str, request_is_given: bool, expected: tuple[str, ...]) -> None:
    assert parts_to_measure(part, request_is_given) == expected


def test_an_unknown_part_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ClienteleError, match="no part 'model'") as caught:
        parts_to_measure("model", False)
    assert "PART=models" in str(caught.value)


def test_the_program_of_the_models_part_takes_what_it_is_given() -> None:
    words = bench_models.command("models", CHECKOUT / "bench-report")
    assert words[0] == sys.executable
    done = subprocess.run([*words, "--help"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    for name in bench_models.PARTS:
        assert name in done.stdout


def test_make_passes_the_part_on() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "bench", "PART=jobs"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert '--part="$ARG_PART"' in done.stdout
