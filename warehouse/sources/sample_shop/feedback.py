"""Feedback: ratings, recommendation scores, and texts whose sentiment matches the rating."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from warehouse.sources.sample_shop import phrases
from warehouse.sources.sample_shop.catalogue import Catalogue
from warehouse.sources.sample_shop.columns import blank_where, numbered_ids, picked, timestamps
from warehouse.sources.sample_shop.orders import Sales, sale_ids
from warehouse.sources.sample_shop.population import Population
from warehouse.sources.sample_shop.profiles import customer_ids
from warehouse.sources.sample_shop.settings import SECONDS_PER_DAY, SampleShop

GIVEN_AFTER_S = (2 * SECONDS_PER_DAY, 14 * SECONDS_PER_DAY)
UNHAPPY_DAYS = 60  # an order this near before the end of a customer's lifetime is an unhappy one
RATING_SHARES = {  # of one to five stars
    False: (0.02, 0.03, 0.10, 0.35, 0.50),
    True: (0.28, 0.26, 0.22, 0.14, 0.10),
}
SENTIMENT_OF_RATING = (0, 0, 1, 2, 2)  # position in SENTIMENTS
SCORE_RANGES = ((0, 4), (2, 6), (5, 8), (7, 9), (8, 10))  # recommendation score by rating, both included
SCORE_SHARE = 0.6  # of the answers have a recommendation score
TEXT_SHARE = 0.8  # … and a text


def build_feedback(
    shop: SampleShop, population: Population, catalogue: Catalogue, sales: Sales
) -> tuple[pa.Table, pa.Table]:
    """Draw the feedback; gives the table and its truth (sentiment and theme of each text)."""
    rng = shop.stream("feedback")
    purchases = sales.purchases
    count = len(purchases.customer)
    given_s = purchases.ordered_s + rng.integers(*GIVEN_AFTER_S, count)
    is_given = (rng.random(count) < shop.feedback_share) & (purchases.customer >= 0)
    sale = np.flatnonzero(is_given & (sales.outcome.cancelled_s == 0) & (given_s < shop.end_s))
    sale = sale[np.argsort(given_s[sale], kind="stable")]
    customer = purchases.customer[sale]
    days_left = (population.lifetime_end_s[customer] - purchases.ordered_s[sale]) / SECONDS_PER_DAY
    rating = _ratings(rng, days_left < UNHAPPY_DAYS)
    sentiment = np.array(SENTIMENT_OF_RATING)[rating - 1]
    theme = rng.integers(0, len(phrases.THEMES), len(sale))
    has_text = rng.random(len(sale)) < TEXT_SHARE
    ids = numbered_ids("F", np.arange(len(sale)) + 1, 8)
    table = pa.table(
        {
            "feedback_id": ids,
            "customer_id": customer_ids(customer),
            "order_id": sale_ids(sale),
            "product_code": picked(catalogue.codes, sales.first_product[sale]),
            "given_at": timestamps(given_s[sale]),
            "rating": pa.array(rating),
            "nps_score": pa.array(_scores(rng, rating), mask=rng.random(len(sale)) >= SCORE_SHARE),
            "feedback_text": blank_where(_texts(rng, sentiment, theme), ~has_text),
        }
    )
    truth = pa.table(
        {
            "feedback_id": ids,
            "sentiment": picked(phrases.SENTIMENTS, np.where(has_text, sentiment, -1)),
            "theme": picked(phrases.THEMES, np.where(has_text, theme, -1)),
        }
    )
    return table, truth


def _ratings(rng: np.random.Generator, is_unhappy: np.ndarray) -> np.ndarray:
    happy = rng.choice(5, size=len(is_unhappy), p=RATING_SHARES[False])
    unhappy = rng.choice(5, size=len(is_unhappy), p=RATING_SHARES[True])
    return 1 + np.where(is_unhappy, unhappy, happy)


def _scores(rng: np.random.Generator, rating: np.ndarray) -> np.ndarray:
    low, high = np.array(SCORE_RANGES)[rating - 1].reshape(-1, 2).T
    return low + (rng.random(len(rating)) * (high - low + 1)).astype(np.int64)


def _texts(rng: np.random.Generator, sentiment: np.ndarray, theme: np.ndarray) -> pa.Array:
    """Put opener, phrase and ending of the right sentiment together."""
    texts, offsets = [], {}
    for s, name in enumerate(phrases.SENTIMENTS):
        for t, about in enumerate(phrases.THEMES):
            offsets[s, t] = len(texts)
            texts += [
                f"{opener} {phrase}{ending}"
                for opener in phrases.OPENERS[name]
                for phrase in phrases.PHRASES[name, about]
                for ending in phrases.ENDINGS[name]
            ]
    per_kind = len(texts) // len(offsets)  # all sentiments have as many of each part
    first = np.array(list(offsets.values())).reshape(len(phrases.SENTIMENTS), len(phrases.THEMES))
    return picked(texts, first[sentiment, theme] + rng.integers(0, per_kind, len(sentiment)))
