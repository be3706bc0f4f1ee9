"""What the scorer answers: routes, errors in words, and the doors before them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path as File
from threading import BoundedSemaphore
from typing import Annotated, Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from serving.access import HEALTH, scorer_key
from serving.answer import Problem, answer_model
from serving.facts.request import facts_model
from serving.facts.scorer import FactsRefused, NobodyKnown
from serving.limits import LimitedBody
from serving.live import Live, NotReady
from serving.metrics import Counted, Metrics
from serving.page import add_page
from warehouse.base.errors import ClienteleError, PublishError
from warehouse.base.only_from_here import OnlyFromHere
from warehouse.base.only_the_owner import OnlyTheOwner
from warehouse.base.settings import Settings

_PROGRAM = "The scorer"
_KEPT_NOWHERE = {"cache-control": "no-store"}
_LONGEST_ID = 200
# Who asks by facts waits for a pass, in a thread; threads are left for whoever asks by id.
_MOST_SCORED_AT_ONCE = 64
_THREADS = 96
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The request has no key: `Authorization: Bearer …`."},
    404: {"model": Problem, "description": "There is no such customer."},
    422: {"model": Problem, "description": "The request is not one."},
    503: {"model": Problem, "description": "Nothing has been published yet, or models are being loaded."},
}
CustomerId = Annotated[str, Path(max_length=_LONGEST_ID, description="As published (`marts.customer_360`).")]


def application(settings: Settings, live: Live | None = None) -> FastAPI:
    """The scorer of a home; what is live is followed from the start of the server to its end."""
    live, metrics = live or Live(settings), Metrics()

    @asynccontextmanager
    async def following(_: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = _THREADS
        live.look()
        live.follow()
        yield
        live.stop()

    app = FastAPI(
        title="Clientele: one customer, now",
        description=File(__file__).with_name("about.md").read_text(encoding="utf-8"),
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=following,
    )
    app.add_exception_handler(ClienteleError, _told)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(RequestValidationError, _not_a_request)
    app.add_exception_handler(Exception, _unforeseen)
    _add_routes(app, live, metrics)
    add_page(app)
    # The last one added is asked first.
    app.add_middleware(LimitedBody)
    app.add_middleware(OnlyTheOwner, key=scorer_key(settings), program=_PROGRAM, health=HEALTH)
    app.add_middleware(OnlyFromHere, program=_PROGRAM)
    app.add_middleware(Counted, metrics=metrics)
    return app


def _add_routes(app: FastAPI, live: Live, metrics: Metrics) -> None:
    scoring = BoundedSemaphore(_MOST_SCORED_AT_ONCE)

    @app.get("/customers/{customer_id:path}", response_model=answer_model(), responses=_PROBLEMS, tags=["customers"])
    def customer(customer_id: CustomerId) -> Response:
        """What is published of a customer: segment, churn, value, next action and reasons."""
        version = live.version
        found = version.of(customer_id)
        if found is None:
            about = version.about
            raise NoSuchCustomer(
                f"There is no customer {customer_id!r} in {about.source} as of {about.as_of_date} "
                f"(published version {about.published_version}).",
                'Look the id up: make sql Q="select customer_id from marts.customer_360 limit 10"',
            )
        return JSONResponse(found, headers=_KEPT_NOWHERE)

    @app.post("/score", response_model=answer_model(), responses=_PROBLEMS, tags=["customers"])
    def score(facts: facts_model()) -> Response:  # pyrefly: ignore[invalid-annotation] (made of the contract)
        """What the models say of the facts of a customer, as the pipeline would say it of the same facts."""
        if not scoring.acquire(blocking=False):
            raise Busy(f"{_MOST_SCORED_AT_ONCE} customers are being scored by facts.", "Ask again in a second.")
        try:
            return JSONResponse(live.facts.of(facts), headers=_KEPT_NOWHERE)
        finally:
            scoring.release()

    @app.get("/version", tags=["scorer"], responses={503: _PROBLEMS[503]})
    async def version() -> dict[str, Any]:
        """The published version that answers, and the models whose scores it holds."""
        about = live.version.about
        return {**vars(about), "as_of_date": about.as_of_date.isoformat()}

    @app.get(HEALTH, tags=["scorer"])
    async def health() -> dict[str, str]:
        """That somebody listens, and what can be asked; open to everybody."""
        return {"status": live.state}

    @app.get("/metrics", tags=["scorer"], response_class=PlainTextResponse)
    async def metrics_text() -> PlainTextResponse:
        """Counts and times, as Prometheus reads them."""
        return PlainTextResponse(metrics.text(live), media_type="text/plain; version=0.0.4")


class Busy(ClienteleError):
    """More customers are to be scored by facts than would be in bearable time."""


class NoSuchCustomer(ClienteleError):
    """Nobody of this id is published."""


def _problem(status: int, error: str, what_to_do: str = "") -> JSONResponse:
    return JSONResponse(Problem(error=error, what_to_do=what_to_do).model_dump(), status, headers=_KEPT_NOWHERE)


async def _told(_: Request, error: Exception) -> Response:
    statuses = {NoSuchCustomer: 404, NobodyKnown: 422, FactsRefused: 422, PublishError: 503, NotReady: 503, Busy: 503}
    status = next((status for kind, status in statuses.items() if isinstance(error, kind)), 500)
    return _problem(status, getattr(error, "message", str(error)), getattr(error, "what_to_do", ""))


async def _unforeseen(_: Request, error: Exception) -> Response:
    """What nobody foresaw; the traceback is in the log."""
    return _problem(
        500, f"Something went wrong that the scorer did not foresee: {type(error).__name__}.", "See its log."
    )


async def _not_found(_: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    words = {404: "There is no such page.", 405: "This page does not answer such a request."}
    return _problem(status, words.get(status, str(getattr(error, "detail", error))), "See / for what is answered.")


async def _not_a_request(_: Request, error: Exception) -> Response:
    """What is wrong with a request, field by field."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    said = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in found[:5]]
    more = f" (and {len(found) - 5} more)" if len(found) > 5 else ""  # noqa: PLR2004
    return _problem(422, "; ".join(said) + more, "See / for what is taken.")
