"""Which pictures stand on the page of a published version, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas

from dashboard.base.numbers import Numbers
from dashboard.base.texts import Texts
from dashboard.charts import overview


@dataclass(frozen=True)
class Drawn:
    """A question, and what draws its answer."""

    question: str
    draw: Callable[[pandas.DataFrame, Texts, Numbers], Any]
    values: Mapping[str, Any] = field(default_factory=dict)


PICTURES = (
    Drawn("overview/new_and_returning", overview.new_and_returning),
    Drawn("overview/at_risk", overview.at_risk),
)
