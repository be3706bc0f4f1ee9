"""The ways to compute a list: rules and models that compete, each on the signals of one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from numpy.typing import NDArray

from ml.jobs.recommendations.blend import OWN, PEOPLE, POPULAR, TEXT, TOGETHER, Blend
from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.lists import ALL_PRODUCTS, Combine

BESTSELLERS = "popularity"
BLEND = "blend"


@dataclass(frozen=True, eq=False)
class Way:
    """A way to order products for customers.

    Attributes
    ----------
    combine
        Its score from those of the signals.
    leading
        The kinds of reasons it goes by, the first that holds for a product is given; empty for a blend, whose
        contributions say it.
    """

    name: str
    is_baseline: bool
    combine: Combine
    leading: tuple[str, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)


def rules(list_name: str, recent: str, own: str) -> list[Way]:
    """Bestsellers, what is popular now (everywhere, in the country), and what the customer has bought before.

    Parameters
    ----------
    recent, own
        The signals of recent popularity and of own purchases that were best on the horizon before.
    """
    found = [
        Way(BESTSELLERS, True, _signal("popularity"), (POPULAR,)),
        Way("recent_popularity", True, _signal(recent), (POPULAR,), {"signal": recent}),
        Way("country_popularity", True, _signal("country_popularity"), (POPULAR,)),
    ]
    if list_name == ALL_PRODUCTS:
        found.append(Way("buys_again", True, _then(own, recent), (OWN, POPULAR), {"signal": own}))
    return found


def models(blend: Blend | None, settings: RecommendationsConfiguration) -> list[Way]:
    """Neighbours, factors, EASE, texts, and the blend of all where weights could be learned."""
    found = [
        Way("item_neighbours", False, _signal("item_neighbours"), (TOGETHER, OWN), settings.neighbours.model_dump()),
        Way("als", False, _signal("als"), (PEOPLE,), settings.factors.model_dump()),
        Way("ease", False, _signal("ease"), (PEOPLE,), settings.ease.model_dump()),
        Way("content", False, _signal("content"), (TEXT, OWN)),
    ]
    if blend is not None:
        weights = {f"weight_{name}": round(value, 4) for name, value in blend.weights.items()}
        found.append(Way(BLEND, False, blend, (), weights))
    return found


def signal_way(name: str) -> Way:
    """One signal alone, as a rule."""
    return Way(name, True, _signal(name))


def _signal(name: str) -> Combine:
    return lambda scores: scores[name]


def _then(first: str, second: str) -> Combine:
    """The first; the second where the first has nothing, or cannot tell."""

    def combine(scores: Mapping[str, NDArray]) -> NDArray:
        highest = scores[second].max(initial=0) or 1
        return scores[first] + 1e-4 * (scores[second] / highest)

    return combine
