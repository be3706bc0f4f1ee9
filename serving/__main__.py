"""`python -m serving`: the scorer's server, on this machine alone."""

from __future__ import annotations

import argparse
import os
import sys

from warehouse.base.command import run_command
from warehouse.base.settings import Settings

# Requests beyond these are told to come again (503) instead of waiting longer and longer.
_MOST_AT_ONCE = 200
_SECONDS_TO_END = 20


def main(arguments: list[str] | None = None) -> int:
    """Serve until it is stopped; requests that have begun are answered."""
    parser = argparse.ArgumentParser(prog="python -m serving", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where it listens (default: this machine alone)")
    parser.add_argument("--port", type=int, default=0, help="default CLIENTELE_SCORER_PORT")
    options = parser.parse_args(arguments)
    return run_command(lambda settings: _serve(settings, options.host, options.port or settings.scorer_port))


def _serve(settings: Settings, host: str, port: int) -> None:
    # One thread gives the same sums as the pipeline, on every machine.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    import uvicorn

    from serving.application import application

    # Without the log of requests: addresses hold ids of customers, and the link that signs in is a secret.
    uvicorn.run(
        application(settings),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=_SECONDS_TO_END,
    )


if __name__ == "__main__":
    sys.exit(main())
