"""What the pages point at is there: other pages with their headings, and files of this tree."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from warehouse.base.settings import CHECKOUT

FOLDERS = ("docs", "dags", "dbt_project")
PAGES = [CHECKOUT / "README.md", *(page for folder in FOLDERS for page in sorted((CHECKOUT / folder).rglob("*.md")))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
DECISIONS = sorted((CHECKOUT / "docs" / "decisions").glob("[0-9]*.md"))


def name(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


@cache
def headings(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    lines = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL).splitlines()
    titles = [line.lstrip("#").strip() for line in lines if re.match(r"#{1,6} ", line)]
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in headings(target)):
            broken.append(link)
    assert broken == []


def test_the_map_of_questions_names_files_that_are_there() -> None:
    text = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    answers = text[text.index("## Where is …?") :].split("\n## ")[0]
    named = re.findall(r"`((?:[\w.]+/)+[\w.*]*)(?::\w+)?`", answers)
    assert len(named) > 20
    missing = [path for path in named if not any(CHECKOUT.glob(path.rstrip("/")))]
    assert missing == []


@pytest.mark.parametrize("package", ["warehouse", "ml"])
def test_every_room_is_described(package: str) -> None:
    text = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    described = text[text.index(f"## The rooms of `{package}/`") :].split("\n## ")[0]
    rooms = {init.parent.name for init in (CHECKOUT / package).glob("*/__init__.py")}
    assert len(rooms) > 10
    assert {room for room in rooms if f"`{room}/`" not in described} == set()


@pytest.mark.parametrize("page", DECISIONS, ids=name)
def test_a_decision_says_when_it_was_made_and_whether_it_stands(page: Path) -> None:
    title, _, second, *_ = page.read_text(encoding="utf-8").splitlines()
    assert title.startswith(f"# {int(page.name[:4])}. ")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}(, revised \d{4}-\d{2}-\d{2})? · [A-Z].*\.", second), second
