"""Scores customers by facts, as the pipeline would score them with the models of a published version."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from serving.answer import CLV_REASONS
from serving.version import Version
from warehouse.base.errors import ClienteleError, PublishError
from warehouse.base.settings import Settings
from warehouse.publishing.reference import REFERENCE

if TYPE_CHECKING:
    from serving.facts.request import FactsBase


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
    """Holds the models and the tables of one version; made in seconds, then asked by many threads.

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
        from ml.lifecycle.scoring_few import ScorerOfFew
        from serving.facts.together import Together
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
            self._models = ScorerOfFew(working, published, about.source, about.as_of_date)
        self._workshop = Workshop(settings, compiled_models(working, about.source), folder)
        self._together = Together(self.of_several)

    def of(self, facts: FactsBase) -> dict[str, Any]:
        """The answer for the facts of one customer, scored together with whoever else waits.

        Raises
        ------
        NobodyKnown
            If nothing of them was known before the date.
        FactsRefused
            If a number is larger than the warehouse holds.
        """
        return self._together.of(facts)

    def of_several(self, several: Sequence[FactsBase]) -> list[dict[str, Any] | Exception]:
        """The answer for each of several customers of one date, who have no id in common, or why there is none.

        One thread at a time may ask.

        Raises
        ------
        FactsRefused
            If a number of one of them is larger than the warehouse holds.
        """
        as_of_date = several[0].as_of_date or self._version.about.as_of_date
        try:
            rows = self._profiles(several, as_of_date)
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            said = str(error).splitlines()[0]
            raise FactsRefused(
                f"The marts cannot be made of these facts. {said}", "Look for a number in it."
            ) from error
        return [self._answer(facts.customer_id, rows.get(facts.customer_id), as_of_date) for facts in several]

    def _profiles(self, several: Sequence[FactsBase], as_of_date: date) -> dict[str, dict[str, Any]]:
        """The row of each customer who is known."""
        with self._workshop.holding(several, as_of_date) as workshop:
            features = workshop.features(as_of_date)
            known = workshop.known()
            if not known:
                return {}
            scores = self._models.scores(features, known, as_of_date)
            rows = workshop.profiles(scores, as_of_date)
        value = scores.get("customer_clv", pd.DataFrame())
        told = dict(zip(value["customer_id"], value["reasons"], strict=True)) if "reasons" in value else {}
        return {one: row | {CLV_REASONS: _text(told.get(one))} for one, row in rows.items()}

    def _answer(self, customer_id: str, row: dict[str, Any] | None, as_of_date: date) -> dict[str, Any] | Exception:
        if row is None:
            return NobodyKnown(
                f"The facts tell of no account, order or contract before {as_of_date}.",
                "Give customers, orders or subscriptions with times before that day, or a later as_of_date.",
            )
        return self._version.answered(customer_id, row) | {"as_of_date": as_of_date.isoformat()}


def _text(value: object) -> str | None:
    """A text of a frame, which has NaN for none."""
    return value if isinstance(value, str) else None
