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

# Masks of the features with the customer's own value, shape (n_masks, n_players) → scores, (n_masks, n_customers).
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
        Called with boolean masks over the players; returns shape (n_masks, n_customers).
    orders
        Used when there are too many players for exact values.

    Returns
    -------
    parts, base, score
        Shapes (n_customers, player_count) and twice (n_customers,): Shapley values, value(none) and value(all).
    """
    if player_count <= MOST_PLAYERS_EXACT:
        return _exact(value, player_count)
    base, score = value(np.array([[False] * player_count, [True] * player_count]))
    return _by_orders(value, base, score, player_count, orders), base, score


def _exact(value: Value, count: int) -> tuple[NDArray, NDArray, NDArray]:
    teams = [frozenset(team) for size in range(count + 1) for team in combinations(range(count), size)]
    masks = np.array([[player in team for player in range(count)] for team in teams], dtype=bool)
    known = dict(zip(teams, value(masks.reshape(len(teams), count)), strict=True))
    base, score = known[frozenset()], known[frozenset(range(count))]
    parts = np.zeros((len(base), count))
    for team, worth in known.items():
        for player in set(range(count)) - team:
            weight = factorial(len(team)) * factorial(count - len(team) - 1) / factorial(count)
            parts[:, player] += weight * (known[team | {player}] - worth)
    return parts, base, score


def _by_orders(value: Value, base: NDArray, score: NDArray, count: int, orders: Orders) -> NDArray:
    random = np.random.default_rng(orders.seed)
    parts = np.zeros((len(base), count))
    for _ in range(orders.pair_count):
        order = random.permutation(count)
        for walk in (order, order[::-1]):
            # The first mask has one player, the last one all but one.
            masks = np.array([np.isin(np.arange(count), walk[:step]) for step in range(1, count)])
            before = base
            for player, after in zip(walk, [*value(masks), score], strict=True):
                parts[:, player] += after - before
                before = after
    return parts / (2 * orders.pair_count)
