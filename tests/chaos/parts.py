"""The other campaigns, each a program of its own: publications, erasures, readers, broken inputs, increments."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.base.settings import CHECKOUT

_TIMEOUT_SECONDS = 3600
_RANDOM_SHOPS = 3
_EVERY_ERASING_STEP = 15


@dataclass(frozen=True)
class Part:
    """One campaign's numbers, by what was counted."""

    name: str
    counts: dict[str, int]
    violations: list[str] = field(default_factory=list)
    report: list[str] = field(default_factory=list)  # Markdown of its own


def other_campaigns(work: Path, seed: int) -> Iterator[Part]:
    """Run each and yield what came of it."""
    for action in ("publish", "rollback"):
        yield _killing(work / f"killing-{action}", action)
    yield _erasing(work / "erasing" / "home")
    yield _reading(work / "reading")
    yield _broken_inputs(work / "broken_inputs.json")
    yield _increments(seed)
    yield _day_ratio(work)
    yield _front_door(work / "front_door")


def _killing(home: Path, action: str) -> Part:
    name = f"{action} killed at every step on files"
    done = _run("tests.warehouse.killing", str(home), action)
    attempts = [json.loads(line) for line in done.stdout.splitlines()]
    counts = {"kills": sum(found["killed"] for found in attempts), "looks": len(attempts)}
    return Part(name, counts, _failure(done))


def _erasing(home: Path) -> Part:
    done = _run("tests.warehouse.privacy.killing_erasure", str(home), "--every", str(_EVERY_ERASING_STEP))
    erasures = [json.loads(line) for line in done.stdout.splitlines()]
    violations = [
        f"{found['where']}: status {found['status']}, person {found['person']}, other: {found['differences']}"
        for found in erasures
        if found["status"] or found["person"] or found["differences"]
    ]
    counts = {"kills": sum(found["kills"] for found in erasures), "looks": len(erasures)}
    return Part("erasures killed", counts, violations + _failure(done))


def _reading(home: Path) -> Part:
    done = _run("tests.warehouse.reading", str(home), "20", "3")
    lines = done.stdout.splitlines()
    if not lines:
        return Part("readers while versions change without a break", {}, _failure(done))
    found = json.loads(lines[-1])
    counts = {"reader queries": sum(found["reads_by_way"].values()), "versions seen": found["versions_seen"]}
    counts |= {"publications": found["publications"], "rollbacks": found["rollbacks"]}
    return Part("readers while versions change without a break", counts, found["violations"])


def _broken_inputs(report: Path) -> Part:
    done = _run("tests.broken_inputs", str(report))
    if not report.exists():
        return Part("broken inputs", {}, _failure(done))
    found = json.loads(report.read_text())
    violations = [f"{name}: {words}" for name, all_words in found["violations"].items() for words in all_words]
    return Part("broken inputs", {"broken inputs tried": found["tried"]}, violations)


def _increments(seed: int) -> Part:
    name = "increments against full rebuilds of random shops"
    done = _run("tests.chaos.increments", str(100 * seed), str(_RANDOM_SHOPS))
    lines = done.stdout.splitlines()
    if not lines:
        return Part(name, {}, _failure(done))
    found = json.loads(lines[-1])
    return Part(name, {"runs compared": found["runs_compared"]}, found["violations"])


def _day_ratio(work: Path) -> Part:
    name = "a day as an increment against everything from the start"
    done = _run("tests.chaos.day_ratio", "--work", str(work))
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return Part(name, {}, _failure(done))
    found = json.loads(lines[-1])
    return Part(name, {"runs compared": found["runs_compared"]}, found["violations"], found["report"])


def _front_door(work: Path) -> Part:
    name = "set-up killed, runs side by side, runs interrupted"
    done = _run("tests.chaos.front_door", str(work))
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return Part(name, {}, _failure(done))
    found = json.loads(lines[-1])
    violations = found.pop("violations")
    return Part(name, {what.replace("_", " "): count for what, count in found.items()}, violations)


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS)


def _failure(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [f"{done.args[2]} ended with {done.returncode}: {done.stderr[-1500:]}"] if done.returncode else []
