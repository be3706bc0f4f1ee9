"""Noise for figures that are shared: the discrete Laplace distribution, sampled without rounding.

Noise from floating-point numbers gives the figure away in its last digits (Mironov 2012); integers drawn with exact
fractions do not. The algorithm is that of Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential
Privacy" (2020), algorithms 1 and 2.
"""

from __future__ import annotations

import random
from fractions import Fraction

# The operating system's generator: it has no seed, so that nobody can draw the same noise again.
SECURE = random.SystemRandom()


def noisy(value: int, sensitivity: int, epsilon: Fraction, generator: random.Random = SECURE) -> int:
    """Return a whole number with noise that hides any change of it by the sensitivity.

    P(noise = n) is proportional to exp(-epsilon |n| / sensitivity).

    Parameters
    ----------
    sensitivity
        By how much one customer can change the value at most (for several values, all together).
    epsilon
        Privacy budget spent.

    Raises
    ------
    ValueError
        If the sensitivity is below 1, or the budget not above 0.
    """
    if sensitivity < 1 or epsilon <= 0:
        raise ValueError("noise needs a sensitivity of 1 or more and a budget above 0")
    return value + discrete_laplace(Fraction(sensitivity) / epsilon, generator)


def discrete_laplace(scale: Fraction, generator: random.Random) -> int:
    """One draw with P(n) proportional to exp(-|n| / scale)."""
    while True:
        low = generator.randrange(scale.numerator)
        if not _exp_coin(Fraction(low, scale.numerator), generator):
            continue
        high = 0
        while _exp_coin(Fraction(1), generator):
            high += 1
        size = (low + scale.numerator * high) // scale.denominator
        is_negative = generator.randrange(2) == 1
        if is_negative and size == 0:
            continue  # else zero would be drawn twice as often
        return -size if is_negative else size


def _exp_coin(gamma: Fraction, generator: random.Random) -> bool:
    """True with probability exp(-gamma), for gamma from 0 to 1."""
    count = 1
    while generator.randrange(gamma.denominator * count) < gamma.numerator:
        count += 1
    return count % 2 == 1
