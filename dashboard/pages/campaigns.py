"""Campaigns: what they changed against control groups, what they cost, and where visits and orders come from."""

from __future__ import annotations

from functools import partial

from dashboard.charts import campaigns as charts
from dashboard.choices import choose
from dashboard.picture import show_picture, show_rows
from dashboard.tiles import show_tiles
from dashboard.view import View

_UNITS = {"orders": "ratio", "conversion": "share", "visit": "share", "spend": "amount", "margin": "amount"}
_FIRST = ("orders", "conversion", "spend", "margin", "visit")


def show(view: View) -> None:
    """Lay out the page."""
    show_tiles(view, "campaigns/headline")
    choices = view.ask("common/campaign_choices")
    if not choices.empty:
        found = set(choices.loc[choices["kind"] == "outcome", "value"])
        _show_effects(
            view,
            [outcome for outcome in _FIRST if outcome in found],
            choices.loc[choices["kind"] == "campaign", "value"].tolist(),
        )
    show_picture(view, "campaigns/funnel", charts.funnel)
    show_picture(view, "campaigns/baskets", charts.baskets)
    show_picture(view, "campaigns/attribution", charts.attribution)


def _show_effects(view: View, outcomes: list[str], campaigns: list[str]) -> None:
    outcome = choose(view, "outcome", outcomes, "campaigns/outcome")
    unit = _UNITS[outcome]
    show_picture(view, "campaigns/effects", partial(charts.effects, unit=unit), outcome=outcome)
    show_picture(view, "campaigns/roi", charts.roi)
    show_rows(view, "campaigns/cost")
    campaign = choose(view, "campaign", campaigns, "campaigns/campaign") if campaigns else ""
    show_picture(
        view, "campaigns/by_segment", partial(charts.by_segment, unit=unit), outcome=outcome, campaign=campaign
    )
    show_rows(view, "campaigns/balance")
