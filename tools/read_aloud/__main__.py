"""`python -m tools.read_aloud`: customers drawn at random from the published file, each in a few plain sentences.

What is published about a person stands in many columns. Read one after the other they show what no check finds: words
that do not fit the person, and columns that say the opposite of each other. docs/customers-read-aloud.md is its output.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tools.read_aloud.paragraphs import paragraph
from warehouse.base.command import run_command
from warehouse.base.connections import open_published
from warehouse.base.settings import Settings

# By a hash of id and seed: the same people whatever the order of the rows, and nobody chooses them.
_DRAWN = "select * from marts.customer_360 order by md5(? || customer_id), customer_id limit ?"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the paragraphs; 0, or 1 where nothing is published."""
    parser = argparse.ArgumentParser(prog="python -m tools.read_aloud", description=__doc__)
    parser.add_argument("--count", type=int, default=30, help="how many customers (default: 30)")
    parser.add_argument("--seed", default="1", help="which customers (default: 1)")
    asked = parser.parse_args(arguments)

    def read(settings: Settings) -> None:
        with open_published(settings) as connection:
            drawn = connection.execute(_DRAWN, [asked.seed, asked.count])
            columns = [column[0] for column in drawn.description]
            for number, row in enumerate(drawn.fetchall(), start=1):
                print(f"{number}. {paragraph(dict(zip(columns, row, strict=True)))}\n")

    return run_command(read)


if __name__ == "__main__":
    sys.exit(main())
