"""Removal effects of a first-order Markov chain of channels, exactly, by its fundamental matrix.

Anderl, Becker, von Wangenheim and Schumann (2016), Mapping the customer journey: Lessons learned from graph-based
online attribution modeling, International Journal of Research in Marketing 33(3), 457–474. A journey starts, walks
through channels and ends with a conversion or with nothing; the removal effect of a channel is what the probability of
a conversion loses when all that leads to the channel leads to nothing instead.
"""

from __future__ import annotations

import numpy as np


def conversion_probability(transitions: np.ndarray) -> float:
    """Probability that a journey ends with a conversion.

    Parameters
    ----------
    transitions
        Shape (channels + 1, channels + 2): how often each state was followed by each other. Rows: the start, then the
        channels. Columns: the channels, the conversion, nothing.

    Examples
    --------
    Half of all journeys meet channel 0, and half of these convert; the other half meets channel 1, which never does.

    >>> conversion_probability(np.array([[2, 2, 0, 0], [0, 0, 1, 1], [0, 0, 0, 2]]))
    0.25
    """
    visits, converting = _visits_and_chances(transitions)
    return float(visits[0] @ converting)


def removal_effects(transitions: np.ndarray) -> np.ndarray:
    """What part of all conversions is lost without each channel; not a number where nothing converts.

    Conversions by way of a channel are those that ever reach it and convert from there: with the fundamental matrix
    N = (I − Q)⁻¹ (Kemeny and Snell 1960, Finite Markov chains, chapter III) a chain reaches channel c with the
    probability N[0, c] / N[c, c], and converts from there with the probability (N r)[c].

    Parameters
    ----------
    transitions
        As `conversion_probability` takes them.

    Examples
    --------
    >>> removal_effects(np.array([[2, 2, 0, 0], [0, 0, 1, 1], [0, 0, 0, 2]])).tolist()
    [1.0, 0.0]
    """
    visits, converting = _visits_and_chances(transitions)
    chances = visits @ converting
    reached = visits[0, 1:] / np.diag(visits)[1:]
    if chances[0] <= 0:
        return np.full(len(reached), np.nan)
    return reached * chances[1:] / chances[0]


def _visits_and_chances(transitions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected visits of each state from each other, and the chance to convert in the next step."""
    counts = np.asarray(transitions, dtype=float)
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    states = len(counts)
    among_states = np.zeros((states, states))
    among_states[:, 1:] = shares[:, : states - 1]
    return np.linalg.inv(np.eye(states) - among_states), shares[:, states - 1]
