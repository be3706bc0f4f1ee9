"""How well identities were found, where the truth is known: precision and recall over pairs of ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class PairwiseAccuracy:
    """Counts of pairs of ids; a pair is true when both ids are one person."""

    found_pair_count: int
    true_pair_count: int
    correct_pair_count: int

    @property
    def precision(self) -> float:
        """Share of the found pairs that are true; 1 if none was found."""
        return self.correct_pair_count / self.found_pair_count if self.found_pair_count else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that were found; 1 if there is none."""
        return self.correct_pair_count / self.true_pair_count if self.true_pair_count else 1.0


def pairwise_accuracy(
    clusters: Iterable[Iterable[str]], true_person_of: Mapping[str, str], customer_ids: Iterable[str]
) -> PairwiseAccuracy:
    """Compare clusters with the truth.

    Parameters
    ----------
    clusters
        Ids found to be one person each; a pair counts as found when both ids stand in one cluster, linked or not.
    true_person_of
        The person of each id; ids not in it are a person of their own.
    customer_ids
        All ids that were looked at.
    """
    ids_of: dict[str, list[str]] = {}
    for one in customer_ids:
        ids_of.setdefault(true_person_of.get(one, one), []).append(one)
    true = {frozenset(pair) for ids in ids_of.values() for pair in combinations(ids, 2)}
    found = {frozenset(pair) for ids in clusters for pair in combinations(ids, 2)}
    return PairwiseAccuracy(len(found), len(true), len(found & true))
