"""Texts of model cards that are the same for every job."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.jobs.spec import Rows

COMMON_LIMIT = "Contributions explain the model's score, not the causes of the behaviour."


def protocol(rows: Rows, horizon_days: int | None, fingerprint: Mapping[str, str]) -> str:
    """How a model of dated rows was fitted and evaluated."""
    if horizon_days is None:
        return "Fitted on the scoring snapshot; no labels."
    return (
        f"Rows are ({rows.one}, date): features from before the date, outcomes from the {horizon_days} days after it. "
        f"Fitted on the snapshots {fingerprint.get('first_training_date')} to "
        f"{fingerprint.get('last_training_date')}, whose outcomes were known on "
        f"{fingerprint.get('evaluation_date')}; evaluated on the {rows.judged} of that day. Baselines compete on the "
        f"same rows; differences by paired bootstrap over {rows.many}. What serves is the same recipe, fitted again "
        "with the outcomes of that evaluation: its figures are those of the recipe."
    )
