"""Customer lifetime value: predicted net spend and margin of each customer in the next horizons."""

from ml.jobs.lifetime_value.job import LifetimeValueJob

__all__ = ["LifetimeValueJob"]
