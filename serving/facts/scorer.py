"""Scores customers by facts, as the pipeline would score them with the models of a published version."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import duckdb

from serving.answer import CLV_REASONS
from serving.version import Version
from warehouse.base.errors import ClienteleError, PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.reference import REFERENCE

if TYPE_CHECKING:
    from serving.facts.request import FactsBase
    from serving.facts.workshop import Workshop


def _with_place_to_work(settings: Settings) -> Settings:
    """Settings whose home takes what is loaded and compiled: one that is only read does not."""
    if os.access(settings.home, os.W_OK):
        return settings
    home = Path(tempfile.gettempdir()) / f"clientele-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    return settings.model_copy(update={"home": home, "mlflow_tracking_uri": settings.tracking_uri})


class NobodyKnown(ClienteleError):
    """The facts make no customer as of their date."""


class FactsRefused(ClienteleError):
    """The marts cannot be made of the facts."""


class FactsScorer:
    """Holds the models and the tables of one version; made in seconds, then used by several threads.

    Parameters
    ----------
    folder
        Of the version.

    Raises
    ------
    PublishError
        If the version was published by a release that kept nothing to read facts by.
    ClienteleError
        If models cannot be loaded, or dbt cannot compile its models.
    """

    def __init__(self, settings: Settings, version: Version, folder: Path) -> None:
        from ml.lifecycle.scoring_one import ScorerOfOne
        from serving.facts.workshop import Workshop
        from warehouse.marts.compiled import compiled_models

        if not (folder / REFERENCE).is_file():
            raise PublishError(
                f"The published version {folder.name} was made by a release that did not score by facts.",
                "Publish again: make run.",
            )
        self._version = version
        about = version.about
        working = _with_place_to_work(settings)
        with version.connection() as published:
            self._models = ScorerOfOne(working, published, about.source, about.as_of_date)
        models = compiled_models(working, about.source)
        self._workshops: SimpleQueue[Workshop] = SimpleQueue()
        for _ in range(settings.threads):
            self._workshops.put(Workshop(settings, models, folder))

    def of(self, facts: FactsBase) -> dict[str, Any]:
        """The answer for the facts of one customer.

        Raises
        ------
        NobodyKnown
            If nothing of them was known before the date.
        FactsRefused
            If a number is larger than the warehouse holds.
        """
        as_of_date = facts.as_of_date or self._version.about.as_of_date
        workshop = self._workshops.get()
        try:
            row = self._profile(workshop, facts, as_of_date)
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            said = str(error).splitlines()[0]
            raise FactsRefused(
                f"The marts cannot be made of these facts. {said}", "Look for a number in it."
            ) from error
        finally:
            self._workshops.put(workshop)
        return self._version.answered(facts.customer_id, row) | {"as_of_date": as_of_date.isoformat()}

    def _profile(self, workshop: Workshop, facts: FactsBase, as_of_date: date) -> dict[str, Any]:
        with workshop.holding(facts, as_of_date):
            features = workshop.features(as_of_date)
            if not workshop.is_known():
                raise NobodyKnown(
                    f"The facts tell of no account, order or contract before {as_of_date}.",
                    "Give customers, orders or subscriptions with times before that day, or a later as_of_date.",
                )
            scores = self._models.scores(features, facts.customer_id, as_of_date)
            row = workshop.profile(scores, as_of_date)
        value = scores.get("customer_clv")
        told = None if value is None or "reasons" not in value else value["reasons"].iloc[0]
        return row | {CLV_REASONS: told if isinstance(told, str) else None}
