"""The one way out of the server set-up: alerts go from tasks to this process, and from here to the operator's webhook.

Tasks hold personal data and are on networks without a way out. They post their alerts here, and manifests of exported
audiences to the path `/audiences`; nothing but these, of bounded size, leaves, and only to the one address of each,
which nobody else knows. `python -m services.alert_relay`.
"""

from __future__ import annotations

import argparse
import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from warehouse.alerts.alert import Alert
from warehouse.alerts.webhook import deliver
from warehouse.audiences.manifest import Manifest
from warehouse.base.settings import Settings

_LARGEST_BYTES = 100_000
AUDIENCES_PATH = "/audiences"
_FIELDS = frozenset(Alert.__dataclass_fields__)


def make_relay(address: str, host: str, port: int, audiences: str = "") -> ThreadingHTTPServer:
    """Return a server that hands on what it takes; its `serve_forever` is for the caller.

    Parameters
    ----------
    address
        Where alerts go; empty: nowhere.
    audiences
        Where manifests of exported audiences go; empty: nowhere.
    """

    class Relay(BaseHTTPRequestHandler):
        """Takes alerts and manifests by POST, and says that it lives by GET."""

        timeout = 10

        def do_GET(self) -> None:
            """The question of the health check."""
            self._reply(HTTPStatus.OK)

        def do_POST(self) -> None:
            """One alert or manifest. Its sender does not wait for the webhook: it would send again what takes long."""
            is_manifest = self.path == AUDIENCES_PATH
            read, where = (_manifest_in, audiences) if is_manifest else (_alert_in, address)
            size = self.headers.get("Content-Length", "")
            is_bounded = size.isdecimal() and int(size) <= _LARGEST_BYTES
            content = read(self.rfile.read(int(size))) if is_bounded else None
            self._reply(HTTPStatus.BAD_REQUEST if content is None else HTTPStatus.ACCEPTED)
            if content is not None and where:
                reason = deliver(where, content)
                what = "A manifest" if is_manifest else "An alert"
                print(f"{what} was handed on." if reason is None else f"The webhook: {reason}.", flush=True)

        def _reply(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing of what health checks ask."""

    return ThreadingHTTPServer((host, port), Relay)


def main(arguments: list[str] | None = None) -> None:
    """Relay until ended."""
    parser = argparse.ArgumentParser(prog="python -m services.alert_relay", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where it listens")
    parser.add_argument("--port", type=int, default=8000, help="on which port")
    options = parser.parse_args(arguments)
    settings = Settings()
    addresses = [one.get_secret_value() for one in (settings.alert_webhook_url, settings.audience_webhook_url)]
    make_relay(addresses[0], options.host, options.port, addresses[1]).serve_forever()


def _alert_in(body: bytes) -> dict[str, Any] | None:
    """The alert; None where the body is something else, or holds more than an alert."""
    try:
        content = json.loads(body)
    except ValueError:
        return None
    is_alert = isinstance(content, dict) and set(content) == _FIELDS
    return content if is_alert and all(isinstance(value, str | None) for value in content.values()) else None


def _manifest_in(body: bytes) -> dict[str, Any] | None:
    """The manifest; None where the body is something else, or holds more than a manifest."""
    try:
        return Manifest.model_validate_json(body).model_dump(mode="json")
    except ValueError:
        return None


if __name__ == "__main__":
    main()
