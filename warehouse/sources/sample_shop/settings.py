"""What a user may choose about the sample shop."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

HORIZON_DAYS = 90
"""Days after ``last_date`` that the expectations in the truth folder cover."""

SECONDS_PER_DAY = 86_400


class SampleShop(BaseModel):
    """Size, period, seed and rates of the sample shop.

    Nothing here depends on the clock, so the same settings give the same bytes at any time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer_count: int = Field(4000, ge=1, le=5_000_000, description="Customer accounts.")
    seed: int = Field(20260630, ge=0, description="Seed of every random stream.")
    first_date: date = Field(date(2024, 1, 1), description="The day the shop opened.")
    last_date: date = Field(date(2026, 6, 30), description="The last day in the files, complete.")
    dirt_share: float = Field(0.01, ge=0, le=0.2, description="Dirty records per clean record of a file.")
    guest_share: float = Field(0.04, ge=0, le=0.5, description="Guest orders per order of a customer.")
    cancelled_share: float = Field(0.02, ge=0, le=0.5, description="Probability that an order is cancelled.")
    reversed_share: float = Field(0.008, ge=0, le=0.5, description="… that it is reversed within the hour.")
    unlisted_share: float = Field(0.005, ge=0, le=0.5, description="Buyers missing from the customer file.")
    second_account_share: float = Field(0.01, ge=0, le=0.5, description="Accounts that are a person's second.")
    altered_account_share: float = Field(0.5, ge=0, le=1, description="Of those, with other data than the first.")
    feedback_share: float = Field(0.12, ge=0, le=1, description="Probability of feedback on an order.")
    audience_share: float = Field(0.5, ge=0, le=1, description="Consenting customers chosen per campaign.")
    control_share: float = Field(0.2, ge=0, le=1, description="Of those, held back as the control group.")

    anomaly_share: float = Field(0.0015, ge=0, le=0.05, description="Planted anomalies per sale.")

    @model_validator(mode="after")
    def _period_is_sensible(self) -> SampleShop:
        if self.last_date < self.first_date:
            raise ValueError("last_date lies before first_date")
        if self.first_date < date(1990, 1, 1) or self.last_date > date(2090, 12, 31):
            raise ValueError("first_date and last_date must lie between 1990 and 2090")
        return self

    @property
    def start_s(self) -> int:
        """First second of ``first_date``, in seconds since 1970."""
        return seconds_at(self.first_date)

    @property
    def end_s(self) -> int:
        """First second after ``last_date``: nothing in the files happens at or after it."""
        return seconds_at(self.as_of_date)

    @property
    def as_of_date(self) -> date:
        """The day after ``last_date``."""
        return self.last_date + timedelta(days=1)

    @property
    def kept_share(self) -> float:
        """Probability that an order is neither cancelled nor reversed within the hour."""
        return (1 - self.cancelled_share) * (1 - self.reversed_share)

    def stream(self, name: str) -> np.random.Generator:
        """Give the random stream of one part of the shop.

        Each part has its own, so that a change in one leaves the draws of the others alone.
        """
        return np.random.default_rng([self.seed, *name.encode()])


def seconds_at(day: date) -> int:
    """Give the first second of a day (UTC) as seconds since 1970."""
    return (day - date(1970, 1, 1)).days * SECONDS_PER_DAY
