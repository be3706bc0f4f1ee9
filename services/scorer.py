"""The scorer (`serving/`) on this machine: started by itself, and found again by the others."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

from services.embedded import SCORER, StartFailed
from services.endpoints import addresses, choose_scorer_address
from services.environment import HOST, Addresses, base_environment, folders_to_make
from services.processes import running, start
from serving.access import HEALTH, scorer_key, sign_in_to_scorer
from warehouse.base.settings import Settings

_START_TIMEOUT_SECONDS = 120.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def serve(settings: Settings, say: Callable[[str], None]) -> Addresses:
    """Start it where it is not running, and wait until it answers.

    Raises
    ------
    StartFailed
        If it ends or does not answer in time; the message names its log.
    """
    for folder in folders_to_make(settings):
        folder.mkdir(parents=True, exist_ok=True)
    if running(settings, SCORER):
        say("The scorer is running already.")
        return addresses(settings)
    scorer_key(settings)  # made here, where it is not yet: two processes would make two
    where = choose_scorer_address(settings, say)
    command = ["serving", "--host", HOST, "--port", str(where.scorer_port)]
    start(settings, SCORER, command, base_environment(settings))
    _wait(settings, where)
    return where


def lines(settings: Settings, where: Addresses) -> Iterator[str]:
    """What a person wants to know of it."""
    yield f"Scorer      {sign_in_to_scorer(settings, where.scorer)}   (signs you in: keep it to yourself)"
    yield f"            {state_of(where)}"
    yield "            Programs send its key, the token of that link: docs/serving.md. `make down` stops it."


def state_of(where: Addresses) -> str:
    """What the scorer says of itself; empty where it does not answer."""
    try:
        with _DIRECT.open(f"{where.scorer}{HEALTH}", timeout=5) as answer:
            return str(json.load(answer)["status"])
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return ""


def _wait(settings: Settings, where: Addresses) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while not state_of(where):
        log = settings.logs_folder / f"{SCORER}.log"
        if not running(settings, SCORER):
            raise StartFailed("The scorer ended while starting.", f"Its log: {log}")
        if time.monotonic() > deadline:
            raise StartFailed(f"The scorer is not ready after {_START_TIMEOUT_SECONDS:.0f} s.", f"Its log: {log}")
        time.sleep(0.2)
