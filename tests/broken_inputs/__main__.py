"""`python -m tests.broken_inputs [REPORT.json]`: try the corpus; 0 when every outcome is the expected one.

`python -m tests.broken_inputs --table` prints docs/broken-inputs.md instead.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.broken_inputs.campaign import run_corpus
from tests.broken_inputs.table import corpus_table


def main(arguments: list[str]) -> int:
    if arguments == ["--table"]:
        print(corpus_table(), end="")
        return 0
    campaign = run_corpus()
    for name, found in campaign.violations.items():
        for words in found:
            print(f"{name}: {words}")
    print(f"broken inputs tried: {campaign.tried}, violations: {len(campaign.violations)}")
    if arguments:
        Path(arguments[0]).write_text(json.dumps(asdict(campaign), indent=2) + "\n")
    return int(bool(campaign.violations))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
