"""Clusters grow link by link; overrides and limits hold whatever the order."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from warehouse.base.errors import SettingsError
from warehouse.identity.clusters import cluster, survivors
from warehouse.identity.links import OVERRIDE, PROBABILISTIC, Decision, Link, decided_links
from warehouse.identity.overrides import Override
from warehouse.identity.rules import load_rules


def link(left: str, right: str, weight: float = 10.0, decision: Decision = Decision.LINKED) -> Link:
    return Link(left, right, PROBABILISTIC, decision, weight, 0.99)


def same(left: str, right: str) -> Link:
    return Link(left, right, OVERRIDE, Decision.LINKED)


def different(left: str, right: str) -> Link:
    return Link(left, right, OVERRIDE, Decision.KEPT_APART)


def decisions(links: list[Link]) -> dict[tuple[str, str], str]:
    return {each.pair: each.decision.value for each in links}


def test_chains_are_one_cluster_and_review_pairs_are_not():
    links = [link("a", "b"), link("b", "c"), link("c", "d", decision=Decision.REVIEW)]
    assert cluster(links, 8)[0] == [["a", "b", "c"]]


def test_the_lighter_link_gives_way_to_an_override():
    """a–b and b–c are likely; a and c are two people: b goes where the evidence is heavier."""
    clusters, links = cluster([link("a", "b", 5.0), link("b", "c", 9.0), different("a", "c")], 8)
    assert clusters == [["b", "c"]]
    assert decisions(links) == {("a", "b"): "refused", ("b", "c"): "linked", ("a", "c"): "kept_apart"}


def test_a_cluster_stops_at_its_limit_and_the_rest_is_for_review():
    links = [link(*pair, weight=float(number)) for number, pair in enumerate(combinations("abcdef", 2))]
    clusters, decided = cluster(links, 4)
    assert max(map(len, clusters)) == 4
    assert {each.reason for each in decided if each.decision is Decision.REFUSED} == {
        "the cluster would have more than 4 ids"
    }


def test_people_may_decide_beyond_the_limit():
    assert cluster([same("a", "b"), same("b", "c"), same("c", "d")], 2)[0] == [["a", "b", "c", "d"]]


def test_the_order_of_links_does_not_matter():
    rng = random.Random(3)  # noqa: S311
    names = [f"n{number:02}" for number in range(30)]
    links = [link(*sorted(rng.sample(names, 2)), weight=rng.random()) for _ in range(60)]
    links = [*{each.pair: each for each in links}.values(), different("n00", "n29")]
    expected = cluster(links, 6)
    for _ in range(5):
        rng.shuffle(links)
        assert cluster(links, 6) == expected
    clusters = expected[0]
    assert sum(map(len, clusters)) == len({one for members in clusters for one in members})
    assert not any({"n00", "n29"} <= set(members) for members in clusters)


def test_contradicting_overrides_are_refused_in_words():
    with pytest.raises(SettingsError, match="a and c are the same, and by way of other rows"):
        cluster([same("a", "b"), different("b", "c"), same("a", "c")], 8)


def test_the_first_seen_id_survives():
    assert survivors([["1", "2", "3"]], {"1": "2026-03-01", "2": "2026-01-01"})["1"] == "2"
    assert survivors([["2", "10"]], {})["2"] == "10"
    assert survivors([["1", "2"]], {"1": "", "2": "2026-01-01"})["1"] == "2"


def scored_pair(left: str, right: str, weight: float, contradiction: str | None = None) -> dict:
    probability = 2**weight / (1 + 2**weight)
    return {
        **{"left_id": left, "right_id": right, "match_weight": weight, "match_probability": probability},
        **{"evidence": "name equal", "contradiction": contradiction},
    }


def exact_pair(left: str, right: str, contradiction: str | None = None) -> dict:
    return {"left_id": left, "right_id": right, "matched_by": "email", "contradiction": contradiction}


def test_overrides_decide_before_keys_and_keys_before_the_model():
    scored = [
        scored_pair("a", "b", 9.0),
        scored_pair("a", "c", 1.0),
        scored_pair("e", "f", 9.0, "first names differ"),
        scored_pair("g", "h", 9.0),
    ]
    exact = [
        exact_pair("a", "c"),
        exact_pair("g", "h", "birth dates differ"),
        exact_pair("i", "j", "first names differ"),
    ]
    overrides = [Override("a", "b", False, "twins"), Override("d", "e", True, "called")]
    links = {each.pair: each for each in decided_links(exact, scored, overrides, load_rules())}
    assert decisions(list(links.values())) == {
        ("a", "b"): "kept_apart",
        ("a", "c"): "linked",
        ("d", "e"): "linked",
        ("e", "f"): "review",
        ("g", "h"): "review",
    }
    assert links["g", "h"].reason == "birth dates differ"
    assert links["a", "b"].match_weight == 9.0
    assert links["a", "b"].reason == "twins"
    assert (links["a", "c"].matched_by, links["a", "c"].match_weight) == ("email", 1.0)
