"""Many comparisons at once: p-values that account for their number."""

from __future__ import annotations

from collections.abc import Sequence


def false_discovery_p_values(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that those below α hold no more than the share α of false ones, as is to be expected.

    The step-up procedure of Benjamini and Hochberg (1995), JRSS B 57; it also holds for comparisons that share a
    control group (positive dependence: Benjamini and Yekutieli 2001, Annals of Statistics 29).

    Examples
    --------
    >>> [round(p, 3) for p in false_discovery_p_values([0.01, 0.04, 0.03, 0.5])]
    [0.04, 0.053, 0.053, 0.5]
    """
    adjusted = [1.0] * len(p_values)
    least = 1.0
    falling = sorted(range(len(p_values)), key=lambda position: p_values[position], reverse=True)
    for rank, position in zip(range(len(p_values), 0, -1), falling, strict=True):
        least = min(least, p_values[position] * len(p_values) / rank)
        adjusted[position] = least
    return adjusted
