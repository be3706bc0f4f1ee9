"""Names of segments that are true of their members, by the words of `ml/conf/segmentation.yml`.

Each word claims something of a single customer. The first name whose words hold, all of them, for the share of members
that is asked for names the segment; names that claim less stand further down, and the last one claims nothing. A name
has to hold in the months before as well: who is new or quiet changes with the season, and names stay until the next
training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.estimators.segments.claims import Claim, both, is_true
from ml.jobs.segmentation.configuration import Bound, Naming

# The members of a segment, a frame for each month with some, today's first.
Members = list[pd.DataFrame]


@dataclass(frozen=True)
class Named:
    """The name of a segment, its claim, and the share of members of whom it is true, in the month with the lowest."""

    name: str
    claim: Claim
    true_share: float


def name_segments(months: Sequence[tuple[pd.DataFrame, NDArray]], naming: Naming) -> dict[int, Named]:
    """Name every segment; those of one kind are told apart by the feature that differs most.

    Parameters
    ----------
    months
        Today's customers first: the profile columns, one row per customer, and the id of each customer's segment.
    """
    today, segment = months[0]
    members = {
        int(number): [rows[its == number] for rows, its in months if (its == number).any()]
        for number in np.unique(segment)
    }
    kinds = [(kind.name, _claim(kind.words, naming, today)) for kind in naming.kinds]
    first = {number: _first_true(kinds, rows, naming.minimum_share) for number, rows in members.items()}
    named: dict[int, Named] = {}
    for kind in {one.name: one for one in first.values()}.values():
        alike = {number: members[number] for number, one in first.items() if one.name == kind.name}
        named |= _told_apart(kind, alike, naming)
    return dict(sorted(named.items()))


def _claim(words: tuple[str, ...], naming: Naming, everyone: pd.DataFrame) -> Claim:
    """What words claim together; a bound by rank is its value among everyone."""
    claims = [
        {feature: _limits(bound, everyone[feature]) for feature, bound in naming.words[word].items()} for word in words
    ]
    return reduce(both, claims, {})


def _limits(bound: Bound, values: pd.Series) -> list[float | None]:
    if bound.more_than_share is not None:
        return [float(np.nextafter(values.quantile(bound.more_than_share), np.inf)), None]
    if bound.less_than_share is not None:
        return [None, float(np.nextafter(values.quantile(1 - bound.less_than_share), -np.inf))]
    return [bound.at_least, bound.at_most]


def _named(name: str, claim: Claim, members: Members) -> Named:
    return Named(name, claim, min(float(is_true(claim, rows).mean()) for rows in members))


def _first_true(kinds: list[tuple[str, Claim]], members: Members, minimum_share: float) -> Named:
    named = (_named(name, claim, members) for name, claim in kinds)
    return next(one for one in named if one.true_share >= minimum_share)


def _told_apart(kind: Named, alike: dict[int, Members], naming: Naming) -> dict[int, Named]:
    """Segments of one kind with a qualifier each, if that is true of their members; else numbered."""
    if len(alike) == 1:
        return dict.fromkeys(alike, kind)
    for qualified in _qualified(kind, alike, naming):
        if all(one.true_share >= naming.minimum_share for one in qualified.values()):
            return qualified
    return {
        number: _named(f"{kind.name}, group {place}", kind.claim, rows)
        for place, (number, rows) in enumerate(alike.items(), start=1)
    }


def _qualified(kind: Named, alike: dict[int, Members], naming: Naming) -> Iterator[dict[int, Named]]:
    """By each feature, the one that differs most first: the segments from the highest to the lowest, cut in between."""
    columns = list(naming.qualifiers)
    medians = pd.DataFrame({number: today[columns].median() for number, (today, *_) in alike.items()})
    logs = medians.clip(lower=0).apply(np.log1p)
    for feature in (logs.max(axis=1) - logs.min(axis=1)).sort_values(ascending=False, kind="stable").index:
        words = _words(naming.qualifiers[feature], len(alike))
        order = logs.loc[feature].sort_values(ascending=False, kind="stable")
        cuts = [float(np.expm1((higher + lower) / 2)) for higher, lower in pairwise(order)]
        limits = zip([*cuts, None], [None, *cuts], strict=True)
        if words:
            yield {
                number: _named(f"{kind.name}, {word}", both(kind.claim, {feature: list(limit)}), alike[number])
                for number, word, limit in zip(order.index, words, limits, strict=True)
            }


def _words(words: tuple[str, str, str], count: int) -> tuple[str, ...]:
    """A word for each of so many segments; none if there are more segments than words."""
    return {2: (words[0], words[2]), 3: words}.get(count, ())
