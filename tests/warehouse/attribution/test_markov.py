"""Removal effects: worked by hand, against taking channels away one by one, and on journeys with a known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.attribution.journeys import removal_effect_table
from warehouse.attribution.markov import conversion_probability, removal_effects

CHANNELS = ("A", "B", "X")


def steps(journeys: list[tuple[str, str, bool]]) -> dict[str, np.ndarray]:
    """Columns of the steps of journeys, each given as (customer, channels, converted)."""
    rows = [
        (customer, str(number), channel, converted)
        for number, (customer, channels, converted) in enumerate(journeys)
        for channel in channels
    ]
    names = ("customer_id", "journey_id", "channel", "is_converted")
    return {name: np.array([row[place] for row in rows]) for place, name in enumerate(names)}


def effects(journeys: list[tuple[str, str, bool]], resamples: int = 20) -> dict[str, dict]:
    return {row["channel"]: row for row in removal_effect_table(steps(journeys), resamples).to_pylist()}


def without(transitions: np.ndarray, channel: int) -> np.ndarray:
    """What led to the channel leads to nothing."""
    left = transitions.astype(float).copy()
    left[:, -1] += left[:, channel]
    left[:, channel] = 0
    return left


def test_a_chain_worked_by_hand() -> None:
    """Journeys 1-2-3-purchase, 1 and 2-3: a third converts, half of it without 1, nothing without 2 or 3."""
    found = effects([("a", "123", True), ("b", "1", False), ("c", "23", False)])
    assert [found[channel]["removal_effect"] for channel in "123"] == pytest.approx([0.5, 1, 1])
    assert [found[channel]["removal_effect_share"] for channel in "123"] == pytest.approx([0.2, 0.4, 0.4])
    assert [found[channel]["journey_count"] for channel in "123"] == [2, 2, 2]
    assert [found[channel]["converted_journey_count"] for channel in "123"] == [1, 1, 1]


def test_without_a_conversion_nothing_is_said() -> None:
    assert effects([("a", "1", False)])["1"]["removal_effect"] is None
    assert removal_effect_table(steps([])).num_rows == 0


tables = st.integers(1, 5).flatmap(
    lambda count: st.lists(
        st.lists(st.integers(0, 9), min_size=count + 2, max_size=count + 2), min_size=count + 1, max_size=count + 1
    )
)


@given(tables)
def test_the_formula_is_taking_channels_away(table: list[list[int]]) -> None:
    """Every state can end, as the states of real journeys do."""
    transitions = np.array(table)
    transitions[:, -1] += 1
    whole = conversion_probability(transitions)
    found = removal_effects(transitions)
    if whole == 0:
        assert np.isnan(found).all()
        return
    expected = [1 - conversion_probability(without(transitions, c)) / whole for c in range(len(transitions) - 1)]
    assert found == pytest.approx(expected, abs=1e-9)
    assert (found > -1e-9).all() and (found < 1 + 1e-9).all()


journeys_drawn = st.lists(
    st.tuples(st.sampled_from("pqrs"), st.text(CHANNELS, min_size=1, max_size=4), st.booleans()),
    min_size=1,
    max_size=20,
)


@given(journeys_drawn, st.randoms())
def test_the_order_of_journeys_does_not_matter(journeys: list, luck) -> None:
    shuffled = luck.sample(journeys, len(journeys))
    names = ("removal_effect", "journey_count", "removal_effect_share")
    one, other = effects(journeys, 1), effects(shuffled, 1)
    for channel in one:
        for name in names:
            assert one[channel][name] == pytest.approx(other[channel][name])
    shares = [row["removal_effect_share"] for row in one.values()]
    assert shares[0] is None or sum(shares) == pytest.approx(1)


# Rows: start, A, B, X; columns: A, B, X, purchase, nothing. X does next to nothing: hardly anybody goes on from there.
TRUTH = np.array([[0.4, 0.3, 0.3, 0, 0], [0, 0.3, 0, 0.3, 0.4], [0.2, 0, 0.1, 0.2, 0.5], [0.01, 0, 0, 0.005, 0.985]])


def walk(rng: np.random.Generator, count: int) -> list[tuple[str, str, bool]]:
    journeys = []
    for number in range(count):
        state, channels = 0, ""
        while (end := int(rng.choice(5, p=TRUTH[state]))) < len(CHANNELS):
            channels += CHANNELS[end]
            state = end + 1
        journeys.append((str(number), channels, end == len(CHANNELS)))
    return journeys


def test_intervals_hold_the_truth_and_a_channel_without_effect_gets_next_to_nothing() -> None:
    exact = dict(zip(CHANNELS, removal_effects(TRUTH), strict=True))
    assert exact["X"] < 0.03
    assert min(exact["A"], exact["B"]) > 0.4
    held, found_for_x = [], []
    for seed in range(40):
        found = effects(walk(np.random.default_rng(seed), 400), 200)
        held += [
            found[channel]["lower_removal_effect"] <= exact[channel] <= found[channel]["upper_removal_effect"]
            for channel in "AB"
        ]
        found_for_x.append(found["X"]["removal_effect_share"])
    assert 0.85 < np.mean(held) <= 1  # 80 intervals of 95 %
    assert np.mean(found_for_x) == pytest.approx(exact["X"] / sum(exact.values()), abs=0.01)
    assert max(found_for_x) < 0.06


def test_what_stands_in_journeys_at_random_is_credited_all_the_same() -> None:
    """Credit is no effect: X is met by half of all journeys and changes nothing."""
    rng = np.random.default_rng(1)
    journeys = [(str(number), "AX" if rng.random() < 0.5 else "A", bool(rng.random() < 0.2)) for number in range(2000)]
    assert effects(journeys)["X"]["removal_effect"] == pytest.approx(0.5, abs=0.05)
