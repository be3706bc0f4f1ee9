"""Who may ask the scorer: whoever has its key, one of its own or else the dashboard's."""

from __future__ import annotations

from dashboard.access import dashboard_key
from warehouse.base.only_the_owner import sign_in_link as link_with_key
from warehouse.base.settings import Settings

HEALTH = "/health"


def scorer_key(settings: Settings) -> str:
    """The key of the scorer: programs send it as the token of a bearer."""
    return settings.scorer_key.get_secret_value() or dashboard_key(settings)


def sign_in_to_scorer(settings: Settings, address: str) -> str:
    """The address that opens the scorer's page signed in. Whoever has it can ask for every customer."""
    return link_with_key(address, scorer_key(settings))
