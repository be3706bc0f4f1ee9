"""The measures of association rules, from whole counts of baskets.

With n baskets, of which n_A hold the antecedent, n_C the consequent and n_AC both:

- support n_AC / n, confidence n_AC / n_A, lift n n_AC / (n_A n_C)
- leverage (n n_AC − n_A n_C) / n² (Piatetsky-Shapiro 1991)
- conviction n_A (n − n_C) / (n (n_A − n_AC)), infinite where the rule never fails (Brin et al. 1997)
- Zhang's metric (n n_AC − n_A n_C) / max(n_AC (n − n_A), n_A (n_C − n_AC)), from −1 to 1 (Zhang 2000)

Ratios are made of the counts, once: a support that is rounded first loses rules at a threshold.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


def measures(
    basket_count: ArrayLike, antecedent_count: ArrayLike, consequent_count: ArrayLike, joint_count: ArrayLike
) -> pd.DataFrame:
    """The measures of rules.

    Parameters
    ----------
    basket_count, antecedent_count, consequent_count, joint_count
        Whole numbers of baskets, broadcastable to the shape (n_rules,); no antecedent or consequent may be without one.

    Returns
    -------
    DataFrame
        `support_share`, `confidence_share`, `lift`, `leverage`, `conviction`, `zhang_metric`.
    """
    arrays = (basket_count, antecedent_count, consequent_count, joint_count)
    n, first, second, both = np.broadcast_arrays(*(np.atleast_1d(np.asarray(counts, np.int64)) for counts in arrays))
    beyond = n * both - first * second
    with np.errstate(divide="ignore"):
        conviction = np.where(both == first, np.inf, first * (n - second) / (n * (first - both)))
    return pd.DataFrame(
        {
            "support_share": both / n,
            "confidence_share": both / first,
            "lift": (n * both) / (first * second),
            "leverage": beyond / n / n,
            "conviction": conviction,
            "zhang_metric": _ratio(beyond, np.maximum(both * (n - first), first * (second - both))),
        }
    )


def reaches(numerator: ArrayLike, denominator: ArrayLike, share: float) -> NDArray:
    """Whether a ratio of counts is at least a decimal share, without an error of rounding at the edge.

    >>> bool(reaches(8, 10, 0.8))
    True
    """
    from fractions import Fraction

    least = Fraction(str(share))
    left = np.asarray(numerator, np.int64) * least.denominator
    return left >= np.asarray(denominator, np.int64) * least.numerator


def _ratio(numerator: NDArray, denominator: NDArray) -> NDArray:
    """Their ratio, and 0 where both are: an antecedent in all baskets says nothing."""
    return np.divide(numerator, denominator, out=np.zeros(len(numerator)), where=denominator != 0)
