"""What tracking has to know of a job; `ml.jobs.base.Job` is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class TrackedJob(Protocol):
    """Names under which MLflow keeps a job's runs and models, what is called on its models, and words for its pages."""

    name: str
    prediction_method: str

    @property
    def random_seed(self) -> int: ...

    @property
    def model_name(self) -> str: ...

    @property
    def score_table(self) -> str: ...

    def purpose(self, fingerprint: Mapping[str, str]) -> str: ...

    def protocol(self, fingerprint: Mapping[str, str], judged_on: str) -> str: ...
