"""Data Docs: there, readable without a network, without personal data, and short."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from expectations.gates import load_thresholds
from expectations.gx.data_docs_site import renewed_site
from tests.expectations.small_shop import SOURCE, change, checked

pytestmark = pytest.mark.usefixtures("gate_pages")


def _pages(settings):
    return {path: path.read_text(encoding="utf-8") for path in settings.data_docs_folder.rglob("*.html")}


def test_index_leads_to_every_suite_of_every_gate_and_needs_no_network(shop):
    checked(shop, "activation")
    checked(shop, "scores")
    pages = _pages(shop)
    index = pages[shop.data_docs_folder / "index.html"]
    links = [link for link in re.findall(r'href="([^"#]+)"', index)]
    assert {"activation.structure", "activation.customer_360", "scores.structure", "scores.customer_churn"} <= set(
        re.findall(r">((?:activation|scores)\.\w+)<", index)
    )
    assert links
    for link in links:
        assert (shop.data_docs_folder / link).is_file(), link
    for path, text in pages.items():
        assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//|url\(['"]?https?:|<script""", text), path


def test_page_of_a_run_shows_rule_and_finding(shop):
    change(shop, "update scores.customer_churn set reason = null where customer_id = 'c2'")
    checked(shop, "scores")
    (page,) = [text for path, text in _pages(shop).items() if path.name == f"{SOURCE}-scores.customer_churn.html"]
    assert "A score names its model version and run; a missing score gives its reason." in page
    assert "1 row: customer_id = c2" in page
    assert "First step: Look at the scoring task" in page


def test_pages_and_results_hold_nothing_personal(shop):
    change(shop, "update raw.customers set gender = 'ada@example.com', registered_at = '2999-01-01'")
    checked(shop, "raw")
    for path in shop.data_docs_folder.parent.rglob("*"):
        if path.suffix in (".html", ".json"):
            text = path.read_text(encoding="utf-8")
            assert "Neill" not in text, path
            assert "Lovely" not in text, path


def test_history_is_pruned_by_gate(shop, monkeypatch):
    thresholds = load_thresholds()
    few = thresholds.model_copy(update={"data_docs": thresholds.data_docs.model_copy(update={"runs_kept": 1})})
    monkeypatch.setattr("expectations.gates.load_thresholds", lambda: few)
    checked(shop, "scores")
    for _ in range(2):
        checked(shop, "activation")
    runs = [path.parent.name for path in _pages(shop) if path.name == f"{SOURCE}-marts.customer_360.html"]
    assert len(runs) == 1
    assert [path for path in _pages(shop) if path.name == f"{SOURCE}-scores.customer_churn.html"]


READER = """
import pathlib, re, sys, time
folder, stop = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
rounds = 0
while not stop.exists() or not rounds:
    assert (folder / "index.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    whole = folder.resolve()
    links = set(re.findall(r'href="([^"#]+)"', (whole / "index.html").read_text(encoding="utf-8")))
    assert len(links) > 10
    for link in links:
        text = (whole / link).read_text(encoding="utf-8")
        assert not link.endswith(".html") or text.rstrip().endswith("</html>"), link
    rounds += 1
    time.sleep(0.05)
print(rounds)
"""


def test_pages_can_be_read_at_any_time_while_gates_rewrite_them(shop, tmp_path):
    checked(shop, "scores")
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(shop.data_docs_folder), str(stop)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for _ in range(2):
        checked(shop, "activation")
    stop.touch()
    for reader in readers:
        said, complaint = reader.communicate(timeout=60)
        assert reader.returncode == 0, complaint
        assert int(said) > 1


def test_pages_that_could_not_be_written_leave_the_former_ones(shop):
    checked(shop, "activation")
    before = _pages(shop)
    site = shop.data_docs_folder.resolve()
    with pytest.raises(RuntimeError, match="killed"), renewed_site(shop) as folder:
        (folder / "index.html").write_text("half")
        raise RuntimeError("killed")
    assert (shop.data_docs_folder.resolve(), _pages(shop)) == (site, before)
    checked(shop, "activation")
    assert "half" not in _pages(shop).values()
    assert shop.data_docs_folder.resolve() != site


def test_the_folder_of_an_earlier_release_is_taken_over(shop):
    shop.data_docs_folder.mkdir(parents=True)
    (shop.data_docs_folder / "index.html").write_text("old index")
    (shop.data_docs_folder / "old_page.html").write_text("old page")
    with renewed_site(shop) as folder:
        (folder / "index.html").write_text("new index")
    pages = {path.name: path.read_text() for path in shop.data_docs_folder.iterdir()}
    assert pages == {"index.html": "new index", "old_page.html": "old page"}
