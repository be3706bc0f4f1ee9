"""Settings that every job has whose ways or candidates are compared by a bootstrap."""

from __future__ import annotations

from ml.configuration import Frozen
from ml.estimators.parameters import Bootstrap
from ml.evaluation.bootstrap import Resamples


class ResampledConfiguration(Frozen):
    """The seed of all random steps, and how comparisons are resampled."""

    random_seed: int
    bootstrap: Bootstrap

    @property
    def resamples(self) -> Resamples:
        """The resamples behind intervals and comparisons; the same for all that are compared."""
        return Resamples(self.bootstrap.repetition_count, self.bootstrap.confidence, self.random_seed)
