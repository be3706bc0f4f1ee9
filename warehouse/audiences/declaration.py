"""What an audience declares: whom it wants, through which channel, how often, and how many are held out."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from warehouse.base.declarations import Frozen

# Of pii.customer_contacts: personal, so an export has none of them unless they are named.
ContactColumn = Literal[
    "first_name", "last_name", "email", "phone", "street_address", "postcode", "city", "country", "birth_date"
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# What every export has.
KEY_COLUMNS = ("audience_name", "as_of_date", "position", "customer_id")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class ContactLimit(Frozen):
    """At most so many touches in any so many days."""

    touches: int = Field(ge=1)
    days: int = Field(ge=1, le=3650)


class ContactLimits(Frozen):
    """How often a customer may be contacted: by whatever campaign, and by this audience."""

    all_campaigns: ContactLimit | None = None
    this_audience: ContactLimit | None = None


class Audience(Frozen):
    """One audience.

    Consent is no field: who may not be contacted is in no audience.
    """

    name: str
    file: str  # that declares it
    description: Text
    owner: Text  # whom to ask
    condition: Text  # SQL over the columns of customer_360, true for those who are wanted
    channel: Text
    hold_out_share: float = Field(ge=0, le=0.9)  # of those chosen; 0: the effect cannot be measured
    priority: int = Field(100, ge=1)  # 1 is selected first; limits over all campaigns see the ones before
    contact_limits: ContactLimits = ContactLimits()
    size: int | None = Field(None, ge=1)  # most customers chosen, those held out included
    order_by: Text | None = None  # SQL: who comes first
    columns: tuple[str, ...] = ()  # further columns of customer_360 in the export
    contact_columns: tuple[ContactColumn, ...] = ()
    sources: tuple[str, ...] = ()  # empty: every source

    @field_validator("name")
    @classmethod
    def _is_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError("is no name: use lower-case letters, digits and underscores, starting with a letter")
        return name

    @field_validator("columns", "contact_columns", "sources")
    @classmethod
    def _names_each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names {', '.join(twice)} twice")
        return names

    @model_validator(mode="after")
    def _fits_together(self) -> Audience:
        if self.size is not None and self.order_by is None:
            raise ValueError(f"size {self.size} needs order_by: who comes first?")
        twice = sorted(set(self.columns) & {*self.contact_columns, *KEY_COLUMNS})
        if twice:
            raise ValueError(f"columns names {', '.join(twice)}, which the export has already")
        return self

    def is_for(self, source: str) -> bool:
        """Whether it is selected from this source's customers."""
        return not self.sources or source in self.sources
