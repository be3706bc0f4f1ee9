"""A home of Clientele as an object: what the make targets do, with values instead of printed lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clientele.scorer import Answer, Scorer

if TYPE_CHECKING:
    import pandas as pd

    from warehouse.base.settings import Settings
    from warehouse.publishing.rollback import RollbackReport

_AUDIENCE = "select * from marts.audience_members where audience_name = ? and not is_held_out order by position"


class Clientele:
    """A home, and what can be done with it.

    Parameters
    ----------
    home
        Its folder; by default that of the environment (`CLIENTELE_HOME`), else `var/` of the checkout.

    Raises
    ------
    ClienteleError
        Each call: what happened, and what to do about it.
    """

    def __init__(self, home: str | Path | None = None) -> None:
        self._home = home

    @property
    def settings(self) -> Settings:
        """The settings of the environment, with this home."""
        from warehouse.base.settings import Settings

        return Settings() if self._home is None else Settings(home=Path(self._home))

    def run(
        self,
        source: str = "sample_shop",
        input: str | Path | None = None,
        as_of_date: date | None = None,
        *,
        force_retrain: bool = False,
        say: Callable[[str], None] = print,
    ) -> str:
        """Run the pipeline to its end, as `make run` does; the version that is live then.

        Raises
        ------
        PipelineFailed
            If a task failed, with its words; what was published before stays.
        """
        from services import pipeline

        request = pipeline.Request(source=source, force_retrain=force_retrain)
        request = replace(request, input=Path(input) if input else None)
        pipeline.run(self.settings, replace(request, as_of_date=as_of_date.isoformat() if as_of_date else None), say)
        return self.live_version() or ""

    def sql(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> pd.DataFrame:
        """The answer of the published warehouse to a query, with values bound to its parameters."""
        from warehouse.base.connections import open_published

        with open_published(self.settings) as connection:
            return connection.execute(query, parameters or None).df()

    def customer(self, customer_id: str) -> Answer:
        """What is published of a customer; the scorer has to run (`make serve`)."""
        return self.scorer().customer(customer_id)

    def score(self, facts: Mapping[str, Any]) -> Answer:
        """What the models say of the facts of a customer; the scorer has to run (`make serve`)."""
        return self.scorer().score(facts)

    def scorer(self) -> Scorer:
        """The scorer of this home, running or not."""
        from services.endpoints import addresses
        from serving.access import scorer_key

        settings = self.settings
        return Scorer(addresses(settings).scorer, scorer_key(settings))

    def audience(self, name: str) -> pd.DataFrame:
        """Whom an audience contacts, one row per customer in their order; who is held out is not among them."""
        return self.sql(_AUDIENCE, [name])

    def audiences(self) -> pd.DataFrame:
        """The audiences that are published, with their sizes."""
        return self.sql("select * from marts.audience_overview order by audience_name")

    def live_version(self) -> str | None:
        """The published version that readers see; None before the first one."""
        from warehouse.publishing.published_versions import live_version

        return live_version(self.settings)

    def versions(self) -> pd.DataFrame:
        """All published versions: when, of what, and why they are live or not."""
        return self.sql("select * from quality.pipeline_runs order by published_at desc nulls last")

    def roll_back(self, version: str | None = None, reason: str = "") -> RollbackReport:
        """Make a former version live again, by default the one before."""
        from warehouse.base.person import person
        from warehouse.publishing.rollback import roll_back

        return roll_back(self.settings, version, person(), reason)
