"""A linear contextual bandit: who should get which contact, with what is not known yet drawn from its posterior.

The response is linear in what is known of a customer; a contact changes it by what all contacts have in common and by
what is the action's own, which is held closer to zero, so that an action tried once is not believed too much.

Bayesian linear regression with a known noise (Bishop 2006, section 3.3); Thompson (1933) sampling as in Agrawal and
Goyal (2013): an action's probability is that of being the best under the posterior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import linalg

from ml.configuration import Frozen

_BLOCK_ROWS = 8192


class BanditParameters(Frozen):
    """How much is believed before anything is seen, as numbers of rows that say "no difference".

    Attributes
    ----------
    baseline_penalty, contact_penalty, action_penalty
        Of slopes of the response, of the common effect of contacts, and of what an action has of its own.
    level_penalty
        Of the common effect's level, and of each action's.
    draw_count
        Draws from the posterior behind a probability.
    least_probability
        Of each action: what is never tried is never learned, nor judged later.
    """

    baseline_penalty: float = Field(gt=0)
    contact_penalty: float = Field(gt=0)
    action_penalty: float = Field(gt=0)
    level_penalty: float = Field(gt=0)
    draw_count: int = Field(ge=10)
    least_probability: float = Field(ge=0, lt=0.5)


@dataclass(frozen=True)
class LinearBandit:
    """A posterior over effects.

    Attributes
    ----------
    actions
        Names of the contacts; position 0 of all results is no contact.
    baseline
        Coefficients of the response without a contact: level, then features.
    mean, root
        Of the effects' coefficients: posterior mean, shape (m,), and a matrix R with covariance R Rᵀ; first those that
        contacts have in common, then each action's own.
    """

    actions: tuple[str, ...]
    baseline: NDArray
    mean: NDArray
    root: NDArray
    parameters: BanditParameters

    def expected(self, features: NDArray, actions: Sequence[str]) -> NDArray:
        """Expected response without a contact and with each action, shape (n, 1 + n_actions)."""
        base = _with_level(features) @ self.baseline
        effects = [self._design(features, action) @ self.mean for action in actions]
        return np.column_stack([base, *(base + effect for effect in effects)])

    def effect_errors(self, features: NDArray, action: str) -> NDArray:
        """Posterior standard deviation of an action's effect, shape (n,)."""
        return np.linalg.norm(self._design(features, action) @ self.root, axis=1)

    def probabilities(
        self, features: NDArray, actions: Sequence[str], values: NDArray, costs: Sequence[float], seed: int
    ) -> NDArray:
        """How likely each action is the best, no contact first, shape (n, 1 + n_actions).

        Parameters
        ----------
        values
            What a response is worth, shape (n,).
        costs
            Of each action.
        """
        random = np.random.default_rng(seed)
        noise = random.standard_normal((self.root.shape[1], self.parameters.draw_count))
        draws = self.mean[:, None] + self.root @ noise
        wins = np.zeros((len(features), 1 + len(actions)))
        for start in range(0, len(features), _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            gains = [
                (self._design(features[rows], action) @ draws) * values[rows, None] - cost
                for action, cost in zip(actions, costs, strict=True)
            ]
            best = np.argmax(np.stack([np.zeros_like(gains[0]), *gains]), axis=0)
            for position in range(wins.shape[1]):
                wins[rows, position] = (best == position).mean(axis=1)
        least = min(self.parameters.least_probability, 1 / wins.shape[1])
        return least + (1 - least * wins.shape[1]) * wins

    def _design(self, features: NDArray, action: str) -> NDArray:
        """The effect's coefficients multiply this: of what is common, and of the action's own."""
        block = _with_level(features)
        zero = np.zeros_like(block)
        return np.hstack([block, *(block if action == known else zero for known in self.actions)])


def fit_bandit(
    features: NDArray, taken: Sequence[str], response: NDArray, rounds: NDArray, parameters: BanditParameters
) -> LinearBandit:
    """The posterior after rounds of contacts.

    Parameters
    ----------
    features
        Standardised, shape (n, d).
    taken
        The action of each row; empty without a contact.
    response
        Shape (n,).
    rounds
        The round of each row: their levels differ by season and are not taken for effects.
    """
    actions = tuple(sorted({action for action in taken if action}))
    took = {action: np.array([one == action for one in taken], dtype=float)[:, None] for action in ("", *actions)}
    block, levels = _with_level(features), (rounds[:, None] == np.unique(rounds)[1:]).astype(float)
    parts = [block, levels, block * (1 - took[""]), *(block * took[one] for one in actions)]
    width = features.shape[1]
    penalty = np.concatenate(
        [
            np.r_[1e-6, np.full(width, parameters.baseline_penalty)],
            np.full(levels.shape[1], 1e-6),
            np.r_[parameters.level_penalty, np.full(width, parameters.contact_penalty)],
            *[np.r_[parameters.level_penalty, np.full(width, parameters.action_penalty)] for _ in actions],
        ]
    )
    design = np.hstack(parts)
    precision = design.T @ design + np.diag(penalty)
    coefficients = linalg.solve(precision, design.T @ response, assume_a="pos")
    noise = float(np.mean((response - design @ coefficients) ** 2))
    before = block.shape[1] + levels.shape[1]
    covariance = noise * linalg.inv(precision)[before:, before:]
    baseline = coefficients[: block.shape[1]].copy()
    baseline[0] += float((levels @ coefficients[block.shape[1] : before]).mean())
    return LinearBandit(actions, baseline, coefficients[before:], np.linalg.cholesky(covariance), parameters)


def _with_level(features: NDArray) -> NDArray:
    return np.hstack([np.ones((len(features), 1)), features])
