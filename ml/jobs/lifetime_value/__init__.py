"""Customer lifetime value: what will each customer spend in the next horizons, net of returns, and what is left?"""

from ml.jobs.lifetime_value.job import LifetimeValueJob

__all__ = ["LifetimeValueJob"]
