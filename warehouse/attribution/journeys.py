"""From the steps of journeys to removal effects of channels with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from warehouse.attribution.markov import removal_effects

RESAMPLES = 200  # percentiles of 2.5 and 97.5 % then rest on five resamples beyond each
SEED = 20260630
SCHEMA = pa.schema(
    [
        ("channel", pa.string()),
        ("journey_count", pa.int32()),
        ("converted_journey_count", pa.int32()),
        ("removal_effect", pa.float64()),
        ("lower_removal_effect", pa.float64()),
        ("upper_removal_effect", pa.float64()),
        ("removal_effect_share", pa.float64()),
    ]
)


def removal_effect_table(steps: Mapping[str, Any], resamples: int = RESAMPLES) -> pa.Table:
    """Removal effects of all channels.

    The interval is that of a bootstrap over customers, whose journeys go together: each customer's journeys count
    Poisson(1) times (Chamandy et al. 2012, Estimating uncertainty for massive data streams, section 2.2).

    Parameters
    ----------
    steps
        Columns customer_id, journey_id, channel and is_converted; steps of a journey stand together, in their order.
    """
    journey = np.asarray(steps["journey_id"])
    if not len(journey):
        return SCHEMA.empty_table()
    channels, channel = np.unique(np.asarray(steps["channel"]).astype(str), return_inverse=True)
    converted = np.asarray(steps["is_converted"]).astype(bool)
    places, at_step = _places(journey, channel, converted, len(channels))
    customers, customer = np.unique(np.asarray(steps["customer_id"]).astype(str), return_inverse=True)
    customer_of_place = customer[at_step]

    def effects(weights: np.ndarray | None = None) -> np.ndarray:
        counted = None if weights is None else weights[customer_of_place]
        counts = np.bincount(places, counted, minlength=(len(channels) + 1) * (len(channels) + 2))
        return removal_effects(counts.reshape(len(channels) + 1, len(channels) + 2))

    effect = effects()
    rng = np.random.default_rng(SEED)
    lower, upper = _interval([effects(rng.poisson(1.0, len(customers))) for _ in range(resamples)])
    journeys, converted_journeys = _journeys_by_channel(journey, channel, converted, len(channels))
    return pa.table(
        [
            *(channels.tolist(), journeys.tolist(), converted_journeys.tolist()),
            *(_or_nothing(figures) for figures in (effect, lower, upper, effect / effect.sum())),
        ],
        schema=SCHEMA,
    )


def _places(
    journey: np.ndarray, channel: np.ndarray, converted: np.ndarray, channel_count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where each transition stands in the flattened table of `markov`, and a step of its journey."""
    is_first = np.append(True, journey[1:] != journey[:-1])
    is_last = np.append(is_first[1:], True)
    columns = channel_count + 2
    before = np.where(is_first, 0, np.append(0, channel[:-1] + 1))
    entered = before * columns + channel
    end = np.where(converted[is_last], channel_count, channel_count + 1)
    left = (channel[is_last] + 1) * columns + end
    return np.append(entered, left), np.append(np.arange(len(journey)), np.flatnonzero(is_last))


def _interval(resampled: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Percentiles over the resamples in which something converted."""
    drawn = np.array(resampled)
    drawn = drawn[~np.isnan(drawn).any(axis=1)]
    if not len(drawn):
        nothing = np.full(len(resampled[0]), np.nan)
        return nothing, nothing
    return np.percentile(drawn, 2.5, axis=0), np.percentile(drawn, 97.5, axis=0)


def _journeys_by_channel(
    journey: np.ndarray, channel: np.ndarray, converted: np.ndarray, channel_count: int
) -> tuple[np.ndarray, np.ndarray]:
    number = np.cumsum(np.append(True, journey[1:] != journey[:-1])) - 1
    met = np.unique(np.column_stack([number, channel, converted]), axis=0)
    every = np.bincount(met[:, 1], minlength=channel_count)
    return every, np.bincount(met[met[:, 2] == 1][:, 1], minlength=channel_count)


def _or_nothing(figures: np.ndarray) -> list[float | None]:
    return [None if np.isnan(figure) else float(figure) for figure in figures]
