"""From pairs to persons: connected components, grown link by link so that overrides and limits hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from warehouse.base.errors import SettingsError
from warehouse.identity.links import OVERRIDE, Decision, Link


class _Clusters:
    """Disjoint sets of ids, with pairs that must stay apart."""

    def __init__(self, apart: Iterable[tuple[str, str]]) -> None:
        self._root: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._apart: dict[str, set[str]] = {}
        for left, right in apart:
            self._apart.setdefault(left, set()).add(right)
            self._apart.setdefault(right, set()).add(left)

    def members(self, one: str) -> list[str]:
        return self._members.get(self._root.get(one, one), [one])

    def are_kept_apart(self, one: str, other: str) -> bool:
        others = set(self.members(other))
        return any(not others.isdisjoint(self._apart.get(member, ())) for member in self.members(one))

    def unite(self, one: str, other: str) -> None:
        united = self.members(one) + self.members(other)
        root = self._root.get(one, one)
        self._members.pop(self._root.get(other, other), None)
        self._members[root] = united
        self._root.update(dict.fromkeys(united, root))

    def all(self) -> list[list[str]]:
        return sorted(sorted(members) for members in self._members.values())


def cluster(links: Sequence[Link], cluster_max_ids: int) -> tuple[list[list[str]], list[Link]]:
    """Unite the ids of linked pairs: overrides first, then exact keys, then the model's from the heaviest on.

    A link that would bring together two ids that an override keeps apart, or make a cluster larger than allowed, is
    refused: of two links in conflict the lighter gives way. Overrides know no limit of size.

    Returns
    -------
    Clusters of two and more ids, each sorted; and the links with what became of them.

    Raises
    ------
    SettingsError
        If the overrides contradict each other.
    """
    clusters = _Clusters(link.pair for link in links if link.decision is Decision.KEPT_APART)
    decided = []
    for link in sorted(links, key=lambda link: (link.doubt, link.pair)):
        reason = _what_stands_against(clusters, link, cluster_max_ids) if link.decision is Decision.LINKED else None
        if reason:
            decided.append(replace(link, decision=Decision.REFUSED, reason=reason))
            continue
        decided.append(link)
        if link.decision is Decision.LINKED and link.right_id not in clusters.members(link.left_id):
            clusters.unite(*link.pair)
    return clusters.all(), sorted(decided, key=lambda link: link.pair)


def _what_stands_against(clusters: _Clusters, link: Link, cluster_max_ids: int) -> str | None:
    left, right = link.pair
    if right in clusters.members(left):
        return None
    if clusters.are_kept_apart(left, right):
        if link.matched_by == OVERRIDE:
            raise SettingsError(
                f"identity_overrides.csv says that {left} and {right} are the same, and by way of other rows that "
                "they are different.",
                "Take one of the contradicting rows out of dbt_project/seeds/identity_overrides.csv.",
            )
        return "would bring together ids that an override keeps apart"
    is_too_large = len(clusters.members(left)) + len(clusters.members(right)) > cluster_max_ids
    if is_too_large and link.matched_by != OVERRIDE:
        return f"the cluster would have more than {cluster_max_ids} ids"
    return None


def survivors(clusters: Sequence[Sequence[str]], first_seen: Mapping[str, str]) -> dict[str, str]:
    """The id that stands for each id of a cluster: the one first seen, among equals the smallest.

    An id opened later so never takes the place of an earlier one.

    Parameters
    ----------
    first_seen
        When an id was first seen, as text that sorts by time; ids not in it, or with an empty text, come last.

    >>> survivors([["7", "8"]], {"7": "2026-02-01", "8": "2026-01-01"})
    {'7': '8', '8': '8'}
    """
    chosen = {}
    for members in clusters:
        survivor = min(members, key=lambda one: (not first_seen.get(one), first_seen.get(one, ""), one))
        chosen.update(dict.fromkeys(members, survivor))
    return chosen
