"""What may be declared: each fault in words, with its file, and none of them stops another audience."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse.audiences.audience_shop import Shop
from warehouse.audiences.folder import SHIPPED_AUDIENCES, declared_audiences
from warehouse.base.settings import Settings

GOOD = "good: {description: Good., owner: us, condition: order_count > 0, channel: email, hold_out_share: 0.1}\n"
FIELDS = "description: A., owner: us, condition: order_count > 0, channel: email"


@pytest.fixture
def folder(tmp_path: Path) -> Shop:
    """A folder of audiences, and nothing to select from."""
    (tmp_path / "declared").mkdir()
    return Shop(Settings(home=tmp_path / "home", audiences_folder=tmp_path / "declared"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"bad: {{{FIELDS}}}", "line 2: the field hold_out_share is missing."),
        ("bad: {hold_out_share: 0.1}", "the field owner is missing."),
        ("bad:", ""),
        ("bad: just a text", "has no fields"),
        (
            f"bad: {{{FIELDS}, hold_out_share: 1.5}}",
            "hold_out_share is '1.5': input should be less than or equal to 0.9",
        ),
        (f"bad: {{{FIELDS}, hold_out_share: a tenth}}", "hold_out_share is 'a tenth'"),
        (f"bad: {{{FIELDS}, hold_out_share: -0.1}}", "hold_out_share is '-0.1'"),
        (f"bad: {{{FIELDS}, hold_out_share: 0.1, sise: 10}}", "there is no field sise. Is size meant?"),
        (f"bad: {{{FIELDS}, hold_out_share: 0.1, consent: none}}", "there is no field consent."),
        (f"bad: {{{FIELDS}, hold_out_share: 0.1, size: 10}}", "size 10 needs order_by"),
        (f"bad: {{{FIELDS}, hold_out_share: 0.1, columns: [country, country]}}", "names country twice"),
        (f"bad: {{{FIELDS}, hold_out_share: 0.1, columns: [customer_id]}}", "which the export has already"),
        (f"bad: {{{FIELDS}, hold_out_share: 0.1, contact_columns: [iban]}}", "is 'iban'; allowed are 'first_name'"),
        (f"bad: {{{FIELDS}, hold_out_share: 0.1, contact_columns: email}}", "must be a list"),
        (
            f"bad: {{{FIELDS}, hold_out_share: 0.1, contact_limits: {{all_campaigns: {{touches: 2}}}}}}",
            "the field contact_limits.all_campaigns.days is missing",
        ),
        (
            f"bad: {{{FIELDS}, hold_out_share: 0.1, contact_limits: {{every_campaign: {{touches: 2, days: 1}}}}}}",
            "there is no field contact_limits.every_campaign.",
        ),
        (f"bad: {{{FIELDS}, hold_out_share: 0.1, name: other}}", "name is said by where it stands"),
        (f"../bad: {{{FIELDS}, hold_out_share: 0.1}}", "is no name"),
        (f"good: {{{FIELDS}, hold_out_share: 0.1}}", "good stands already in line 1"),
        ("bad: {", "cannot be read as YAML"),
        ("- a list", "cannot be read as YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(folder: Shop, text: str, words: str) -> None:
    (folder.declarations / "other.yml").write_text(GOOD.replace("good", "unharmed"))
    (folder.declarations / "test.yml").write_text(GOOD + text)
    declared = declared_audiences(folder.settings, "files")
    assert "unharmed" in {audience.name for audience in declared.audiences}
    assert "bad" not in {audience.name for audience in declared.audiences}
    told = " ".join(problem.in_words() for problem in declared.problems)
    assert words in told
    assert bool(words) == ("test.yml" in told)


def test_a_name_that_two_files_declare_is_neither(folder: Shop) -> None:
    for file in ("one.yml", "two.yml"):
        folder.declare("same: condition: true", f"of_{file[:3]}: condition: true", file=file)
    declared = declared_audiences(folder.settings, "files")
    assert [audience.name for audience in declared.audiences] == ["of_one", "of_two"]
    [problem] = declared.problems
    assert problem.in_words() == (
        "audience same, one.yml and two.yml: the name is declared more than once. Rename one of them."
    )


def test_the_first_to_be_selected_comes_first(folder: Shop) -> None:
    folder.declare("c: condition: true, priority: 1", "a: condition: true", "b: condition: true, priority: 100")
    assert [audience.name for audience in declared_audiences(folder.settings, "files").audiences] == ["c", "a", "b"]


def test_an_audience_may_be_for_some_sources_only(folder: Shop) -> None:
    folder.declare("ours: condition: true, sources: [files]", "theirs: condition: true, sources: [cdnow]")
    assert [audience.name for audience in declared_audiences(folder.settings, "files").audiences] == ["ours"]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    declared = declared_audiences(Settings(home=tmp_path, audiences_folder=tmp_path / "nowhere"), "files")
    assert declared.audiences == ()
    assert "nowhere) is no folder" in declared.problems[0].in_words()


def test_shipped_examples_are_sound_and_give_way_to_your_own_folder(folder: Shop, tmp_path: Path) -> None:
    shipped = declared_audiences(Settings(home=tmp_path), "sample_shop")
    assert shipped.problems == ()
    assert len(shipped.audiences) == 4
    assert SHIPPED_AUDIENCES.is_dir()
    assert declared_audiences(folder.settings, "sample_shop").audiences == ()
