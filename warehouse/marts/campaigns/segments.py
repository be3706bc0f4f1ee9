"""Whether a campaign worked differently on different segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from scipy import special

_SAME = itemgetter("campaign_id", "dimension", "outcome")


def differences_between_segments(records: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], float]]:
    """Test that all segments of a dimension have the same effect: Cochran (1954), Biometrics 10, the Q statistic.

    Yields each record with the p-value of its campaign, dimension and outcome; none where a single segment is measured.
    """
    for _, same in groupby(sorted(records, key=_SAME), key=_SAME):
        segments = [record for record in same if record["adjusted_standard_error"] > 0]
        if len(segments) <= 1:
            continue
        weights = [1 / record["adjusted_standard_error"] ** 2 for record in segments]
        effects = [record["adjusted_effect"] for record in segments]
        common = sum(w * effect for w, effect in zip(weights, effects, strict=True)) / sum(weights)
        spread = sum(w * (effect - common) ** 2 for w, effect in zip(weights, effects, strict=True))
        for record in segments:
            yield record, float(special.chdtrc(len(segments) - 1, spread))
