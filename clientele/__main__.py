"""`clientele COMMAND …`: every command of the make targets, and one customer.

  run, demo, up, serve, down, status, sql               as make has them: --source, --input, --as-of, …
  versions, rollback, audiences, erase, share, sources   of the warehouse
  customer ID                                            what is published of a customer, as JSON
  score [FILE]                                           what the models say of facts in a file, or from the input
  audience NAME                                          whom an audience contacts, as CSV

`clientele COMMAND --help` tells more.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from clientele.client import Clientele
from clientele.scorer import Answer, NoAnswer
from warehouse.base.command import run_command
from warehouse.base.errors import ClienteleError

_OF_SERVICES = ("run", "demo", "up", "serve", "down", "status", "sql")
_OF_WAREHOUSE = ("versions", "rollback", "audiences", "erase", "share", "sources")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 with a message when not, 2 for a command that there is none of."""
    given = sys.argv[1:] if arguments is None else arguments
    command, rest = (given[0] if given else "--help"), given[1:]
    if command in _OF_SERVICES:
        from services.__main__ import main as front_door

        return front_door([command, *rest])
    if command in _OF_WAREHOUSE:
        from warehouse.__main__ import main as warehouse

        return warehouse([command, *rest])
    if command in _OWN and "--help" not in rest:
        return run_command(lambda _: _OWN[command](rest))
    print(__doc__)
    return 0 if command in ("--help", "-h", *_OWN) else 2


def _customer(rest: list[str]) -> None:
    [customer_id] = _given(rest, "customer ID")
    _print(lambda: Clientele().customer(customer_id))


def _score(rest: list[str]) -> None:
    try:
        facts = json.loads(Path(rest[0]).read_text(encoding="utf-8") if rest else sys.stdin.read())
    except ValueError as error:
        raise ClienteleError(f"The facts are no JSON: {error}.", "docs/serving.md has an example.") from None
    _print(lambda: Clientele().score(facts))


def _audience(rest: list[str]) -> None:
    [name] = _given(rest, "audience NAME")
    members = Clientele().audience(name)
    if members.empty:
        known = ", ".join(Clientele().audiences()["audience_name"])
        raise ClienteleError(f"Nobody is contacted by an audience {name!r}.", f"There are: {known or 'none'}.")
    members.to_csv(sys.stdout, index=False)


def _given(rest: list[str], usage: str) -> list[str]:
    if len(rest) != 1:
        raise ClienteleError("One word is wanted.", f"clientele {usage}")
    return rest


def _print(ask: Callable[[], Answer]) -> None:
    try:
        print(json.dumps(asdict(ask()), default=str, indent=2))
    except NoAnswer as refused:
        raise ClienteleError(refused.error, refused.what_to_do) from None


_OWN = {"customer": _customer, "score": _score, "audience": _audience}

if __name__ == "__main__":
    sys.exit(main())
