"""The corpus as a table for people: docs/broken-inputs.md is this text, and a test compares."""

from __future__ import annotations

from itertools import groupby

from tests.broken_inputs.campaign import GENERATED_CASES
from tests.broken_inputs.case import Case

_INTRODUCTION = """\
# What happens to which broken input

Each line is a case of `tests/broken_inputs`, tried on the loader in every test run (some, such as the one of 19 MB, in
`make test-slow`). This page is written by `python -m tests.broken_inputs --table > docs/broken-inputs.md`; a test holds
it against the corpus.

- A row is *loaded*, *quarantined* with a reason in `quality.quarantined_rows`, or *known* already; the counts stand in
  `quality.file_loads`.
- A file that is *refused* is refused as a whole: nothing of it is loaded, what was loaded before stays, and the message
  names the file, the rule and what to do.
- Times with an offset or a zone are converted to the shop's time zone; times without count as the shop's.
- What is handed in is taken apart before it is landed ([decision 38](decisions/0038-taken-apart-and-fetched.md)): a
  refusal then means that nothing of the hand-in was landed.
- What cannot be told: which single-byte encoding a file is in when it is not Windows-1252 (Latin-2, KOI8-R), and
  whether two ids that look alike mean the same.
- Texts that a spreadsheet would take for formulas are kept as they are. Clientele writes no spreadsheet or CSV of raw
  values; whoever does has to neutralise them.
"""


def corpus_table() -> str:
    """Markdown: a table per group of cases, with the outcome of each."""
    parts = [_INTRODUCTION]
    for group, cases in groupby(GENERATED_CASES, key=lambda case: case.group):
        rows = "".join(f"| {_cell(case.what)} | {_cell(outcome_words(case))} |\n" for case in cases)
        parts.append(f"\n## {group}\n\n| input | outcome |\n|---|---|\n{rows}")
    return "".join(parts)


def outcome_words(case: Case) -> str:
    """The expected outcome in words."""
    if case.refused:
        return f"refused: “… {case.refused} …”"
    words = [
        f"{count} {word}"
        for count, word in ((case.loaded, "loaded"), (case.known, "known"), (case.quarantined, "quarantined"))
        if count
    ]
    reasons = "; ".join(f"“{reason}”" for reason in case.reasons)
    return (", ".join(words) or "no rows") + (f": {reasons}" if reasons else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
