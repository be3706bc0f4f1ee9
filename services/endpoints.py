"""Where the servers listen, and the secrets they share; both are kept under the home."""

from __future__ import annotations

import json
import os
import secrets
import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import asdict, replace

from services.environment import HOST, Addresses, Secrets
from warehouse.base.durable_files import kept_secret
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import Settings

_PORTS_TRIED = 50
_PROGRAMS = {"airflow_port": "Airflow", "mlflow_port": "MLflow", "dashboard_port": "the dashboard"}


class NoFreePort(ClienteleError):
    """All ports near the wanted one are taken."""


def addresses(settings: Settings) -> Addresses:
    """Return where the servers listen, or would listen if nothing has been started yet."""
    try:
        kept = json.loads((settings.run_folder / "addresses.json").read_text())
        # Files of earlier releases do not name the scorer's port.
        return Addresses(**{"scorer_port": settings.scorer_port, **kept})
    except (OSError, ValueError, TypeError):
        return Addresses(settings.airflow_port, settings.mlflow_port, settings.dashboard_port, settings.scorer_port)


def choose_addresses(settings: Settings, say: Callable[[str], None], kept: Mapping[str, int]) -> Addresses:
    """Choose free ports, say so where they are not the wanted ones, and remember them.

    Parameters
    ----------
    kept
        The ports of servers that are running already, by the names of `Addresses`.
    """
    scorer_port = addresses(settings).scorer_port  # it may be running: it comes and goes by itself
    chosen: dict[str, int] = {}
    for name, program in _PROGRAMS.items():
        wanted = getattr(settings, name)
        chosen[name] = kept.get(name) or free_port(wanted, but_not={scorer_port, *kept.values(), *chosen.values()})
        if chosen[name] != wanted and name not in kept:
            say(f"Port {wanted} is taken: {program} listens on {chosen[name]}.")
    return _remembered(settings, Addresses(**chosen, scorer_port=scorer_port))


def choose_scorer_address(settings: Settings, say: Callable[[str], None]) -> Addresses:
    """Choose a free port for the scorer, beside what the others have, and remember it."""
    where, wanted = addresses(settings), settings.scorer_port
    port = free_port(wanted, but_not={where.airflow_port, where.mlflow_port, where.dashboard_port})
    if port != wanted:
        say(f"Port {wanted} is taken: the scorer listens on {port}.")
    return _remembered(settings, replace(where, scorer_port=port))


def _remembered(settings: Settings, where: Addresses) -> Addresses:
    (settings.run_folder / "addresses.json").write_text(json.dumps(asdict(where)) + "\n")
    return where


def free_port(wanted: int, but_not: Collection[int] = ()) -> int:
    """Return the port, or the next one on this machine that nobody listens on.

    Raises
    ------
    NoFreePort
        If the next fifty are taken as well.
    """
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        if port not in but_not and not is_listening(port) and _can_bind(port):
            return port
    raise NoFreePort(
        f"No free port from {wanted} on.",
        "Set CLIENTELE_AIRFLOW_PORT, CLIENTELE_MLFLOW_PORT, CLIENTELE_DASHBOARD_PORT or CLIENTELE_SCORER_PORT.",
    )


def is_listening(port: int) -> bool:
    """Return whether somebody answers on the port of this machine."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as client:
        client.settimeout(1)
        return client.connect_ex((HOST, port)) == 0


def _can_bind(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
        return True


def shared_secrets(settings: Settings) -> Secrets:
    """Return the secrets of this home; made at the first start, and again where they are damaged.

    Whoever is signed in signs in again, and passwords that somebody stored in Airflow's connections are entered again.
    """

    def make() -> str:
        fernet_key = urlsafe_b64encode(os.urandom(32)).decode()
        return json.dumps(asdict(Secrets(secrets.token_urlsafe(48), secrets.token_urlsafe(32), fernet_key)))

    return kept_secret(settings.airflow_home / "secrets.json", lambda text: Secrets(**json.loads(text)), make)
