"""Who may look: the owner of the home, by a link with a key that sets the cookie of a session."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from warehouse.base.durable_files import kept_secret
from warehouse.base.only_the_owner import sign_in_link as link_with_key
from warehouse.base.settings import Settings

if TYPE_CHECKING:
    from starlette.middleware import Middleware

_SHORTEST_KEY = 16


def dashboard_key(settings: Settings) -> str:
    """Return the key of this home's dashboard; made at the first start, and again where its file is damaged."""
    return settings.dashboard_key.get_secret_value() or kept_secret(
        settings.home / "dashboard" / "key", _whole, lambda: secrets.token_urlsafe(24) + "\n"
    )


def doors(key: str) -> list[Middleware]:
    """Return what stands before the dashboard's pages: only this machine, and only who has the key."""
    from starlette.middleware import Middleware

    from warehouse.base.only_from_here import OnlyFromHere
    from warehouse.base.only_the_owner import OnlyTheOwner

    program = "The dashboard"
    return [
        Middleware(OnlyFromHere, program=program),
        Middleware(OnlyTheOwner, key=key, program=program, health="/_stcore/health"),
    ]


def sign_in_link(settings: Settings, address: str) -> str:
    """Return the address that opens the dashboard signed in. Whoever has it can read what is published."""
    return link_with_key(address, dashboard_key(settings))


def _whole(text: str) -> str:
    if len(text.strip()) < _SHORTEST_KEY:
        raise ValueError("too short to be a key")
    return text.strip()
