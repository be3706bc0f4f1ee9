"""Running the pipeline from the front door: start what is needed, land, trigger, follow, sum up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.access import sign_in_link as sign_in_to_dashboard
from services.embedded import is_up, stop_unused, up
from services.endpoints import addresses
from services.failures import PipelineFailed
from services.follow import FIRST_DAG, Follower, elapsed
from services.left_over import END
from services.sign_in import sign_in_link, signed_in
from services.summary import address_lines, mlflow_address, standing_line, summary_lines
from services.users import in_use
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input, recognised_landing
from warehouse.source_definitions.folders import load_source


@dataclass(frozen=True)
class Request:
    """What a person asked for on the command line."""

    source: str = "sample_shop"
    input: Path | None = None
    as_of_date: str | None = None
    force_retrain: bool = False
    interrupted: str = END  # what becomes of runs that an interruption left unfinished


def demo(settings: Settings, request: Request, say: Callable[[str], None]) -> None:
    """Run the pipeline, print a summary, and leave the dashboard, Airflow and MLflow up to look at."""
    started = time.monotonic()
    land(settings, request, say)
    where = up(settings, say, interrupted=request.interrupted, source=request.source)
    took = elapsed(time.monotonic() - started).strip()
    say(f"Dashboard {sign_in_to_dashboard(settings, where.dashboard)}")
    say(f"Airflow {sign_in_link(settings, where)}   MLflow {mlflow_address(settings, where)}   (up after {took})")
    _trigger_and_follow(settings, request, say)
    for line in (*summary_lines(settings), *address_lines(settings, where)):
        say(line)
    say("\nThe dashboard, Airflow and MLflow stay up: `make down` stops them.")


def run(settings: Settings, request: Request, say: Callable[[str], None]) -> None:
    """Run the pipeline to its end and print a summary; stop afterwards what nobody else needs.

    Ended by Ctrl-C, its run is ended too: it would go on when Airflow starts again.
    """
    land(settings, request, say)
    try:
        with in_use(settings):
            up(
                settings,
                say,
                with_pages=False,
                stays=False,
                interrupted=request.interrupted,
                source=request.source,
            )
            _trigger_and_follow(settings, request, say, ends_with_us=True)
            for line in summary_lines(settings):
                say(line)
            say(f"Published   {settings.published_file}   (make sql)")
    finally:
        stop_unused(settings, say)


def land(settings: Settings, request: Request, say: Callable[[str], None]) -> None:
    """Check what was asked for before anything is started, and put the input where it is looked for."""
    source = load_source(settings, request.source)
    parameters(request)
    if request.input:
        for line in land_input(settings, source.name, request.input).lines(settings.home):
            say(line)
    if not source.generator and not source.places:
        recognised_landing(settings, source)  # what stands there must not fail when everything has started


def _trigger_and_follow(
    settings: Settings, request: Request, say: Callable[[str], None], *, ends_with_us: bool = False
) -> None:
    api = signed_in(settings, addresses(settings))
    follower = Follower(api, settings.airflow_home / "logs", say, is_alive=lambda: is_up(settings))
    run_id = api.trigger(FIRST_DAG, parameters(request))
    say(f"Started {FIRST_DAG} for {request.source}.")
    try:
        follower.follow(run_id)
    except PipelineFailed as failure:
        raise PipelineFailed(f"{failure}\n\n{standing_line(settings)}") from failure
    except KeyboardInterrupt:
        if ends_with_us:
            follower.end(run_id)
        raise
    say(f"Done in {elapsed(time.monotonic() - follower.started).strip()}.")


def parameters(request: Request) -> dict[str, Any]:
    """Return the parameters of a run, or say what is wrong with them before anything starts.

    Raises
    ------
    ClienteleError
        If the date is no date.
    """
    if request.as_of_date:
        try:
            date.fromisoformat(request.as_of_date)
        except ValueError:
            raise ClienteleError(f"AS_OF={request.as_of_date!r} is not a date.", "Write it as YYYY-MM-DD.") from None
    return {
        "source": request.source,
        "as_of_date": request.as_of_date,
        "force_retrain": request.force_retrain,
    }
