"""The properties of a job that tracking needs; `ml.jobs.base.Job` has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from warehouse.jobs.spec import JobSpec


class TrackedJob(Protocol):
    """The names of a job's runs and models in MLflow, what its models look ahead, and texts for its pages."""

    name: str

    @property
    def horizon_days(self) -> int | None: ...

    @property
    def random_seed(self) -> int: ...

    @property
    def model_name(self) -> str: ...

    @property
    def score_table(self) -> str: ...

    @property
    def spec(self) -> JobSpec: ...

    def purpose(self, fingerprint: Mapping[str, str]) -> str: ...

    def protocol(self, fingerprint: Mapping[str, str], evaluated_on: str) -> str: ...
