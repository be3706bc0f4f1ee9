"""The process: what is drawn agrees with what the truth folder says."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from warehouse.sources.sample_shop.baskets import Lines, draw_baskets
from warehouse.sources.sample_shop.campaigns import apply_campaigns, draw_touches, expected_extra_orders
from warehouse.sources.sample_shop.catalogue import build_catalogue
from warehouse.sources.sample_shop.profiles import draw_first_consent
from warehouse.sources.sample_shop.purchases import Purchases, draw_purchases
from warehouse.sources.sample_shop.returns import Outcome, draw_outcome
from warehouse.sources.sample_shop.season import Season, day_factors
from warehouse.sources.sample_shop.segments import SEGMENTS
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, seconds_at
from warehouse.sources.sample_shop.truth import mean_order_amounts, outlook


@pytest.fixture(scope="module")
def purchases(drawn):
    return draw_purchases(drawn.shop, drawn.population, drawn.season)


def counts_between(purchases, customer_count: int, start_s: int, stop_s: int) -> np.ndarray:
    inside = (purchases.ordered_s >= start_s) & (purchases.ordered_s < stop_s)
    return np.bincount(purchases.customer[inside], minlength=customer_count)


def test_segments_have_their_shares(drawn):
    for number, segment in enumerate(SEGMENTS):
        assert (drawn.population.segment == number).mean() == pytest.approx(segment.share, abs=0.01)


def test_repeat_orders_are_poisson_with_the_true_rate(drawn, purchases):
    people = drawn.population
    stop = np.minimum(people.lifetime_end_s, drawn.shop.end_s)
    exposure = drawn.season.exposure_at(stop) - drawn.season.exposure_at(people.first_order_s)
    expected = people.rate_per_day * exposure
    repeats = np.bincount(purchases.customer[~purchases.is_first], minlength=people.count)
    for number, segment in enumerate(SEGMENTS):
        mine = people.segment == number
        deviation = repeats[mine].sum() - expected[mine].sum()
        assert abs(deviation) <= 4 * np.sqrt(expected[mine].sum()), segment.name
    dispersion = ((repeats - expected)[people.is_buyer] ** 2).sum() / expected.sum()
    assert dispersion == pytest.approx(1, abs=0.08), "given the true rate nothing but Poisson noise is left"


def test_nobody_orders_before_the_first_order_or_after_the_lifetime(drawn, purchases):
    people = drawn.population
    assert (purchases.ordered_s >= people.first_order_s[purchases.customer]).all()
    repeat = ~purchases.is_first
    assert (purchases.ordered_s[repeat] <= people.lifetime_end_s[purchases.customer[repeat]]).all()
    assert (people.registered_s <= people.first_order_s).all()
    assert set(purchases.customer[purchases.is_first]) == set(np.flatnonzero(people.is_buyer))


@pytest.mark.parametrize("as_of_date", [date(2025, 7, 1), date(2025, 10, 15), date(2026, 4, 2)])
def test_outlook_foretells_the_process(drawn, purchases, as_of_date):
    people, as_of_s = drawn.population, seconds_at(as_of_date)
    alive = np.flatnonzero(people.is_buyer & (people.first_order_s < as_of_s) & (people.lifetime_end_s > as_of_s))
    ahead = outlook(people.rate_per_day[alive], people.death_rate_per_day[alive], as_of_date)
    actual = counts_between(purchases, people.count, as_of_s, as_of_s + 90 * SECONDS_PER_DAY)[alive]
    assert actual.sum() == pytest.approx(ahead.order_count.sum(), rel=0.04)
    groups = np.array_split(np.argsort(ahead.no_order_probability), 5)
    for group in groups:
        assert (actual[group] == 0).mean() == pytest.approx(ahead.no_order_probability[group].mean(), abs=0.04)
        assert actual[group].mean() == pytest.approx(ahead.order_count[group].mean(), rel=0.15)


def test_outlook_has_the_closed_forms_as_limits():
    rate, death = np.array([0.0, 0.02]), np.array([0.01, 1e-12])
    ahead = outlook(rate, death, date(2026, 7, 1), kept_share=0.5)
    exposure = day_factors(date(2026, 7, 1), 90).sum()
    assert ahead.order_count == pytest.approx([0, 0.5 * 0.02 * exposure])
    assert ahead.no_order_probability == pytest.approx([1, np.exp(-0.5 * 0.02 * exposure)])
    assert len(outlook(np.array([]), np.array([]), date(2026, 7, 1)).order_count) == 0


def test_season_has_mean_one_and_a_christmas_lift():
    factors = day_factors(date(2023, 1, 1), 28 * 365 + 7)
    assert factors.mean() == pytest.approx(1, abs=0.002)
    season = Season(date(2025, 1, 1), date(2025, 12, 31))
    times = season.draw_times(
        np.random.default_rng(5),
        np.array([40_000]),
        np.array([seconds_at(date(2025, 1, 1))]),
        np.array([seconds_at(date(2026, 1, 1))]),
    )
    days = times.astype("datetime64[s]").astype("datetime64[D]")
    by_quarter = np.bincount((days.astype("datetime64[M]").astype(int) % 12) // 3)
    assert by_quarter[3] / by_quarter[:3].mean() == pytest.approx(1.44, abs=0.1)
    weekday = np.bincount((days.astype(int) + 3) % 7)
    assert weekday.argmax() == 6
    assert season.times_at(season.exposure_at(times)) == pytest.approx(times, abs=1)


@pytest.fixture(scope="module")
def sold(drawn, purchases) -> tuple[Purchases, Lines, Outcome]:
    """Orders all of whose credit notes have come, without postage."""
    catalogue = build_catalogue()
    settled = purchases.chosen(purchases.ordered_s < drawn.shop.end_s - 31 * SECONDS_PER_DAY).in_time_order()
    nowhere = np.zeros(len(settled.customer), dtype=bool)
    lines = draw_baskets(drawn.shop, drawn.population, settled, catalogue, nowhere)
    return settled, lines, draw_outcome(drawn.shop, drawn.population, settled, lines, catalogue.product_count)


def is_reversal(settled: Purchases, outcome: Outcome) -> np.ndarray:
    return (outcome.noted_s - settled.ordered_s[outcome.note_sale]) < 3600


def test_order_amounts_have_the_true_means(drawn, sold):
    settled, lines, outcome = sold
    is_kept = outcome.cancelled_s == 0
    is_kept[outcome.note_sale[is_reversal(settled, outcome)]] = False
    assert is_kept.mean() == pytest.approx(drawn.shop.kept_share, abs=0.003)
    notes = outcome.note_lines
    amount = np.bincount(lines.order, lines.amount_cents, len(is_kept)) / 100
    returned = np.bincount(outcome.note_sale[notes.order], notes.amount_cents, len(is_kept)) / 100
    gross, net = (means[settled.customer] for means in mean_order_amounts(drawn.population, build_catalogue()))
    for number, segment in enumerate(SEGMENTS[:-1]):
        mine = is_kept & (drawn.population.segment[settled.customer] == number)
        for actual, expected in ((amount, gross), (amount + returned, net)):
            error = (actual - expected)[mine].std() / np.sqrt(mine.sum())
            assert abs((actual - expected)[mine].mean()) < 4 * error, segment.name
            assert error < 0.03 * expected[mine].mean(), "the comparison means something"
    assert -returned[is_kept].mean() == pytest.approx((gross - net)[is_kept].mean(), rel=0.1)


def test_a_reversal_takes_back_every_product_within_the_hour(drawn, sold):
    settled, lines, outcome = sold
    notes, reverses = outcome.note_lines, is_reversal(settled, outcome)
    assert reverses.sum() == pytest.approx(drawn.shop.reversed_share * len(settled.customer), rel=0.2)
    was_paid = lines.price_cents > 0
    quantity = np.bincount(lines.order[was_paid], lines.quantity[was_paid], len(settled.customer))
    taken_back = np.bincount(notes.order, notes.quantity, len(outcome.note_sale))
    assert (quantity[outcome.note_sale[reverses]] + taken_back[reverses] == 0).all()


def test_control_groups_are_random_and_effects_are_the_true_ones(drawn, purchases):
    shop, people, season = drawn.shop, drawn.population, drawn.season
    campaigns, consent = draw_touches(shop, people, draw_first_consent(shop, people))
    with_campaigns = apply_campaigns(shop, people, season, purchases, campaigns)
    assert len(campaigns) == 8
    assert 0 < (draw_first_consent(shop, people) & ~consent).sum() < 0.02 * people.count
    for touches in campaigns:
        control = touches.is_control
        assert control.mean() == pytest.approx(shop.control_share, abs=4 * 0.4 / np.sqrt(len(control)))
        rate = people.rate_per_day[touches.customer]
        error = rate.std() * np.sqrt(1 / control.sum() + 1 / (~control).sum())
        assert abs(rate[control].mean() - rate[~control].mean()) < 4 * error
        assert not (touches.is_opened & control).any()
        window = (people.count, touches.start_s, touches.end_s)
        change = counts_between(with_campaigns, *window) - counts_between(purchases, *window)
        assert not change[touches.customer[control]].any(), "nothing changes for the control group"
        expected = expected_extra_orders(touches, people, season)
        tolerance = 4 * np.sqrt(np.abs(expected).sum()) + 1e-9
        assert abs(change[touches.customer].sum() - expected.sum()) < tolerance
        loses = people.uplift_share[touches.customer] < 0
        assert abs(change[touches.customer[loses]].sum() - expected[loses].sum()) < tolerance


def test_some_products_are_bought_together(drawn, purchases):
    catalogue = build_catalogue()
    order_count = len(purchases.customer)
    lines = draw_baskets(drawn.shop, drawn.population, purchases, catalogue, np.zeros(order_count, dtype=bool))
    has = {code: np.zeros(order_count, dtype=bool) for code in ("GIF-01", "GIF-04", "KIT-12")}
    for code, baskets in has.items():
        baskets[lines.order[lines.product == catalogue.codes.index(code)]] = True
    # 0.45 of the wraps of the customer's own choice bring a card, those that came along with truffles none
    assert has["GIF-04"][has["GIF-01"]].mean() == pytest.approx(0.41, abs=0.03)
    assert has["GIF-04"].mean() < 0.1
    unrelated = has["KIT-12"][has["GIF-01"]].mean()
    assert unrelated == pytest.approx(has["KIT-12"].mean(), rel=0.5)
