"""The audit says nothing reassuring that it does not know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services import audit


def answering(folder: Path, answer: str) -> Path:
    """A program that answers as pip-audit does."""
    program = folder / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 packages of lock.txt looked up"),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}],
            audit.FOUND,
            "a 1: CVE-1, mended in 2",
        ),
        (
            [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "not found"}],
            audit.NOT_AUDITED,
            "1 of 2 packages could not be looked up",
        ),
    ],
)
def test_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], packages: list[dict], code: int, words: str
) -> None:
    assert audit.main(answering(tmp_path, json.dumps({"dependencies": packages}))) == code
    said = capsys.readouterr()
    assert words in said.out + said.err


def test_no_answer_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(answering(tmp_path, "")) == audit.NOT_AUDITED
    assert "copy requirements/lock.txt to a machine with a network" in capsys.readouterr().err
