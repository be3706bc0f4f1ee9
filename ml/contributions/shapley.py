"""Shapley values of any function against the typical customer (baseline Shapley, Sundararajan & Najmi 2020).

Exact for few features; otherwise averaged over orders in which the features are taken from the typical customer's
value to the customer's own, each order walked forwards and backwards. Either way the values add up exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

# A mask of the features with the customer's own value, shape (n_players,) → scores, shape (n_customers,).
Value = Callable[[NDArray], NDArray]
# 2⁴ evaluations; for more players, orders are cheaper.
MOST_PLAYERS_EXACT = 4


@dataclass(frozen=True)
class Orders:
    """The orders in which features are replaced where there are too many for exact values.

    Attributes
    ----------
    pair_count
        Number of random orders; each is walked forwards and backwards.
    seed
        Seed of the random orders.
    """

    pair_count: int
    seed: int


def shapley_values(value: Value, player_count: int, orders: Orders) -> tuple[NDArray, NDArray, NDArray]:
    """Divide value(all) − value(none) among the players.

    Parameters
    ----------
    value
        Called with a boolean mask over the players; returns shape (n_customers,).
    orders
        Used when there are too many players for exact values.

    Returns
    -------
    parts, base, score
        Shapes (n_customers, player_count) and twice (n_customers,): Shapley values, value(none) and value(all).
    """
    base, score = value(np.zeros(player_count, dtype=bool)), value(np.ones(player_count, dtype=bool))
    if player_count <= MOST_PLAYERS_EXACT:
        return _exact(value, player_count, base, score), base, score
    return _by_orders(value, base, score, player_count, orders), base, score


def _exact(value: Value, count: int, base: NDArray, score: NDArray) -> NDArray:
    known = {frozenset(): base, frozenset(range(count)): score}
    for size in range(1, count):
        for team in combinations(range(count), size):
            mask = np.zeros(count, dtype=bool)
            mask[list(team)] = True
            known[frozenset(team)] = value(mask)
    parts = np.zeros((len(base), count))
    for team, worth in known.items():
        for player in set(range(count)) - team:
            weight = factorial(len(team)) * factorial(count - len(team) - 1) / factorial(count)
            parts[:, player] += weight * (known[team | {player}] - worth)
    return parts


def _by_orders(value: Value, base: NDArray, score: NDArray, count: int, orders: Orders) -> NDArray:
    random = np.random.default_rng(orders.seed)
    parts = np.zeros((len(base), count))
    for _ in range(orders.pair_count):
        order = random.permutation(count)
        for walk in (order, order[::-1]):
            mask, before = np.zeros(count, dtype=bool), base
            for step, player in enumerate(walk):
                mask[player] = True
                after = score if step == count - 1 else value(mask)
                parts[:, player] += after - before
                before = after
    return parts / (2 * orders.pair_count)
