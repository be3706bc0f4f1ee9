"""Every pair worth a word, with how it was found and what is decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from warehouse.identity.overrides import Override
from warehouse.identity.rules import IdentityRules

OVERRIDE = "override"
PROBABILISTIC = "probabilistic"


class Decision(StrEnum):
    """What became of a pair."""

    LINKED = "linked"  # one person
    REVIEW = "review"  # likely enough to look at, not merged
    REFUSED = "refused"  # likely enough to merge, but a limit or an override stands against it
    KEPT_APART = "kept_apart"  # an override says: two people


@dataclass(frozen=True)
class Link:
    """A pair of customer ids, ``left_id < right_id``.

    ``matched_by`` is `override`, `probabilistic` or the columns of an exact key. Weight (log2 of the odds), probability
    and evidence are None where the model did not weigh the pair.
    """

    left_id: str
    right_id: str
    matched_by: str
    decision: Decision
    match_weight: float | None = None
    match_probability: float | None = None
    evidence: str | None = None
    reason: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        return self.left_id, self.right_id

    @property
    def doubt(self) -> tuple[bool, bool, float]:
        """Sort key: overrides first, then exact keys, then what the model weighed, the heaviest first."""
        return self.matched_by != OVERRIDE, self.matched_by == PROBABILISTIC, -(self.match_weight or 0.0)


def decided_links(
    exact: Sequence[Mapping[str, Any]],
    scored: Sequence[Mapping[str, Any]],
    overrides: Iterable[Override],
    rules: IdentityRules,
) -> list[Link]:
    """One link per pair: overrides decide before exact keys, exact keys before the model.

    A pair that something contradicts is at most for review, unless an override decides.

    Parameters
    ----------
    exact, scored
        Rows of `exact_keys.exact_pairs` and `model.scored_pairs`.
    """
    contradicted = {(row["left_id"], row["right_id"]): row["contradiction"] for row in exact if row["contradiction"]}
    links: dict[tuple[str, str], Link] = {}
    for row in scored:
        reason = row["contradiction"] or contradicted.get((row["left_id"], row["right_id"]))
        is_sure = row["match_probability"] >= rules.link_probability and not reason
        known = {name: value for name, value in row.items() if name != "contradiction"}
        decision = Decision.LINKED if is_sure else Decision.REVIEW
        link = Link(matched_by=PROBABILISTIC, decision=decision, reason=reason, **known)
        links[link.pair] = link
    for row in exact:
        if row["contradiction"]:
            continue
        link = Link(row["left_id"], row["right_id"], row["matched_by"], Decision.LINKED)
        weighed = links.get(link.pair, link)
        links[link.pair] = replace(weighed, matched_by=link.matched_by, decision=Decision.LINKED)
    for override in overrides:
        decision = Decision.LINKED if override.is_same else Decision.KEPT_APART
        link = links.get(override.pair, Link(*override.pair, matched_by=OVERRIDE, decision=decision))
        matched_by = OVERRIDE if override.is_same else link.matched_by
        links[override.pair] = replace(link, matched_by=matched_by, decision=decision, reason=override.reason)
    return sorted(links.values(), key=lambda link: link.pair)
