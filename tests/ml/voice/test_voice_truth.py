"""Sentiment and themes against what is known: stars of real reviews, and the truth of the sample shop."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from ml.jobs.voice.sentiment import read_sentiments
from ml.jobs.voice.sentiment_job import FeedbackSentimentJob
from ml.jobs.voice.texts import cleaned
from tests.ml.voice.feedback_shop import quick
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings


def test_reviews_of_clothes_are_read_better_by_who_learned_from_stars(real_data: Path) -> None:
    """2,500 reviews in English; the file has no dates, so that their order is drawn."""
    reviews = pd.read_parquet(real_data / "womens_clothing_reviews.parquet").dropna(subset=["Review Text"])
    reviews = reviews.sample(2500, random_state=7).reset_index(drop=True)
    texts = pd.DataFrame(
        {
            "text": [cleaned(text, 5000) for text in reviews["Review Text"]],
            "rating": reviews["Rating"].astype(float),
            "given_date": [date(2025, 1, 1) + timedelta(days=at // 10) for at in range(len(reviews))],
            "language_code": "en",
            "feedback_id": [str(at) for at in range(len(reviews))],
            "customer_id": None,  # who wrote is not in the file
        }
    )
    [choice] = read_sentiments(texts, quick()).choices
    assert choice.verdict == "promoted"
    figures = {one.name: one.figures for one in choice.contenders}
    best, lexicon, majority = figures[str(choice.serving)], figures["vader"], figures["majority_class"]
    assert best["roc_auc"] > max(0.9, lexicon["roc_auc"] + 0.05)
    assert best["rating_correlation"] > lexicon["rating_correlation"] + 0.1
    assert best["balanced_accuracy"] > lexicon["balanced_accuracy"] + 0.08 > majority["balanced_accuracy"] + 0.08


def test_the_sample_shops_sentiment_and_themes_are_found(sample_shop: tuple[Settings, date]) -> None:
    settings, day = sample_shop
    with open_build_file(settings, "sample_shop", read_only=True) as connection:
        found = FeedbackSentimentJob(quick()).results(connection, day)
    truth = pd.read_csv(settings.truth_folder / "sample_shop" / "feedback.csv").set_index("feedback_id")
    both = found.rows.join(truth, on="feedback_id")
    assert both["theme"].notna().all()
    assert (both["sentiment_label"] == both["sentiment"]).mean() > 0.97
    [choice] = found.choices
    assert choice.verdict == "promoted"
    # the truth's themes hold sentences without a common word: they cannot all be brought together
    assert adjusted_rand_score(both["theme"], both["theme_id"].fillna("none")) > 0.25
    assert normalized_mutual_info_score(both["theme"], both["theme_id"].fillna("none")) > 0.45
