"""Which pictures stand on the page of a published version, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas

from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts import (
    act_today,
    campaigns,
    contracts,
    forecast,
    overview,
    retention,
    segments,
    trust,
    value,
    voice,
)

_SALES_BY_WEEK = {"measure": "revenue", "frequency": "week", "level": "total", "series": "total"}


@dataclass(frozen=True)
class Drawn:
    """A question, and what draws its answer."""

    question: str
    draw: Callable[[pandas.DataFrame, Texts, Numbers], Any]
    values: Mapping[str, Any] = field(default_factory=dict)


PICTURES = (
    Drawn("overview/new_and_returning", overview.new_and_returning),
    Drawn("overview/at_risk", overview.at_risk),
    Drawn("act_today/actions", act_today.actions),
    Drawn("segments/overview", segments.overview),
    Drawn("segments/stages", segments.stages),
    Drawn("retention/cohorts", retention.cohorts),
    Drawn("value/channels", value.channels),
    Drawn("campaigns/effects", partial(campaigns.effects, unit="amount"), {"outcome": "spend"}),
    Drawn("contracts/movements", contracts.movements),
    Drawn("forecast/course", partial(forecast.course, unit="amount"), _SALES_BY_WEEK),
    Drawn("voice/left_after", voice.left_after),
    Drawn("trust/bridge", trust.bridge),
)
