"""SQL that was found clean is not judged again until something that the judgement depends on is another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from services.sql_lint import checked_sha256, lint

MODEL = "dbt_project/models/orders.sql"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    files = {MODEL: "select 1\n", ".sqruff": "[sqruff]\n", "requirements/lock.txt": "sqruff==1\n"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def judged(checkout: Path) -> bool:
    """Whether sqruff was started: here a program that counts, and dislikes shouting."""
    program = (
        "import pathlib, sys; pathlib.Path('count').open('a').write('x'); "
        f"sys.exit('SHOUTED' if 'SELECT' in pathlib.Path('{MODEL}').read_text() else 0)"
    )
    count = checkout / "count"
    before = count.stat().st_size if count.exists() else 0
    lint([sys.executable, "-c", program], checkout, checkout / "stamp")
    return count.exists() and count.stat().st_size > before


def test_what_was_found_clean_is_not_judged_again(checkout: Path) -> None:
    assert [judged(checkout), judged(checkout)] == [True, False]


@pytest.mark.parametrize("changed", [MODEL, "dbt_project/macros/new.sql", ".sqruff", "requirements/lock.txt"])
def test_a_change_of_what_it_depends_on_is_judged(checkout: Path, changed: str) -> None:
    judged(checkout)
    (checkout / changed).parent.mkdir(exist_ok=True)
    (checkout / changed).write_text("select 2\n", encoding="utf-8")
    assert judged(checkout)


def test_a_file_that_has_another_name_is_judged(checkout: Path) -> None:
    judged(checkout)
    (checkout / MODEL).rename(checkout / "dbt_project/models/renamed.sql")
    assert checked_sha256(checkout) != (checkout / "stamp").read_text(encoding="utf-8")


def test_what_dbt_writes_is_not_judged(checkout: Path) -> None:
    judged(checkout)
    (checkout / "dbt_project/target").mkdir()
    (checkout / "dbt_project/target/manifest.json").write_text("{}", encoding="utf-8")
    assert not judged(checkout)


def test_what_is_wrong_is_told_each_time(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / MODEL).write_text("SELECT 1\n", encoding="utf-8")
    assert [judged(checkout), judged(checkout)] == [True, True]
    assert capsys.readouterr().out.count("SHOUTED") == 2
