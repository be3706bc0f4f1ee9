"""``python -m expectations``: words for people, an exit status for scripts, and no trace outside the home."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from expectations.__main__ import main
from tests.expectations.small_shop import SOURCE, change
from warehouse.base.settings import CHECKOUT


@pytest.fixture
def source(shop, monkeypatch):
    """Declare the small shop as a source."""
    sources = shop.home / "sources"
    (sources / SOURCE).mkdir(parents=True)
    (sources / SOURCE / "source.yml").write_text("description: A small shop.\nform: contract\n", encoding="utf-8")
    monkeypatch.setenv("CLIENTELE_SOURCES_FOLDER", str(sources))
    monkeypatch.setenv("CLIENTELE_HOME", str(shop.home))


@pytest.fixture
def command(source, tmp_path):
    """Run the command as a person would, with an empty home directory of its own."""
    own_home = tmp_path / "person"
    own_home.mkdir()

    def run(*arguments):
        environment = {
            **os.environ,
            "HOME": str(own_home),
            "PYTHONPATH": str(CHECKOUT),
        }
        environment.pop("GX_ANALYTICS_ENABLED", None)
        return subprocess.run(
            [sys.executable, "-m", "expectations", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    run.own_home = own_home
    return run


def test_passed_gate(command, tmp_path):
    done = command("activation", "--source", SOURCE, "--as-of", "2024-07-01")
    assert done.returncode == 0, done.stderr
    assert f"Gate activation of {SOURCE} as of 2024-07-01: passed" in done.stdout
    assert done.stderr == ""
    assert list(command.own_home.rglob("*")) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "person"]


@pytest.mark.usefixtures("gate_pages")
def test_failed_gate_ends_in_words_and_status_1(shop, source, capsys):
    change(shop, "update raw.orders set ordered_at = '2999-01-01' where order_id = 'o1'")
    assert main(["raw", "--source", SOURCE, "--as-of", "2024-07-01"]) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "Nothing in orders happened more than a day after it was loaded." in said.err
    assert "What to do: " in said.err
    assert str(shop.data_docs_folder) in said.err
    assert main(["results", "--source", SOURCE]) == 0
    told = capsys.readouterr().out
    assert f"Gate raw of {SOURCE} as of 2024-07-01: FAILED" in told
    assert "order_id = o1" in told
