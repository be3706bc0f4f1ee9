"""Telling another system, such as a CRM, what was exported: manifest and place of each audience, no customer."""

from __future__ import annotations

from warehouse.alerts.webhook import deliver
from warehouse.audiences.export import Exports
from warehouse.audiences.folder import Problem
from warehouse.base.settings import Settings


def post_exports(settings: Settings, exports: Exports) -> list[Problem]:
    """POST each manifest as JSON to CLIENTELE_AUDIENCE_WEBHOOK_URL, if that is set; what did not arrive.

    After the first that does not arrive the rest is not tried: a run does not wait for a system that is down.
    """
    address = settings.audience_webhook_url.get_secret_value()
    for number, manifest in enumerate(exports.manifests if address else ()):
        if reason := deliver(address, manifest.model_dump(mode="json")):
            missed = ", ".join(one.audience for one in exports.manifests[number:])
            words = f"the webhook was not told of {missed}: {reason}. The exports themselves are in place."
            return [Problem("", "", words)]
    return []
