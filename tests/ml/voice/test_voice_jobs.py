"""Both jobs on a made-up shop: what serves, what is refused, nothing of the future, and any text."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ml.competition.results import Refused
from ml.jobs.voice.sentiment_job import FeedbackSentimentJob
from ml.jobs.voice.themes_job import FeedbackThemesJob
from tests.hostile_values import HOSTILE
from tests.ml.voice.feedback_shop import AS_OF, made_up, quick, shop, shop_of


@pytest.fixture(scope="module")
def texts() -> pd.DataFrame:
    return made_up(500)


def test_a_model_that_learned_from_stars_serves_where_it_beats_the_lexicon(texts: pd.DataFrame) -> None:
    """The stars say the opposite of the words: no lexicon can know it."""
    contrary = texts.assign(rating=6 - texts["rating"])
    found = FeedbackSentimentJob(quick()).results(shop_of(contrary), AS_OF)
    [choice] = found.choices
    assert choice.verdict == "promoted"
    assert choice.contender("vader").figures["balanced_accuracy"] < 0.4
    assert found.figures["balanced_accuracy"] > 0.9
    assert len(found.documents["sentiment_by_origin.json"]["en"]) == 3
    labels = found.rows.set_index("feedback_id")["sentiment_label"]
    truth = contrary.set_index("feedback_id")["rating"].map(
        lambda stars: ["negative", "neutral", "positive"][int(np.sign(stars - 3)) + 1]
    )
    assert (labels == truth.loc[labels.index]).mean() > 0.9


def test_stars_that_teach_nothing_leave_the_texts_to_a_rule(texts: pd.DataFrame) -> None:
    shuffled = texts.assign(rating=texts["rating"].sample(frac=1, random_state=2).to_numpy())
    [choice] = FeedbackSentimentJob(quick()).results(shop_of(shuffled), AS_OF).choices
    assert choice.verdict == "baseline_serves"


def test_without_stars_the_lexicon_serves_and_a_language_without_one_is_refused(texts: pd.DataFrame) -> None:
    german = "Die Lieferung kam leider viel zu spät und niemand hat mir geantwortet."
    some = texts.head(60).assign(rating=np.nan)
    some.loc[some.index[0], "text"] = german
    found = FeedbackSentimentJob(quick()).results(shop_of(some), AS_OF)
    assert found.choices == ()
    rows = found.rows.set_index("feedback_id")
    assert rows.loc["F00000", ["language_code", "status", "sentiment_label"]].to_list() == ["de", "refused", None]
    assert "knows the language de" in rows.loc["F00000", "reason"]
    assert set(rows["sentiment_source"].dropna()) == {"vader"}
    assert rows["theme_id"].isna().all()  # 60 texts are too few


def test_nothing_after_the_date_is_read_and_the_order_of_rows_does_not_matter(texts: pd.DataFrame) -> None:
    day = date(2025, 5, 1)
    bought = [("C0003", datetime(2025, 2, 1)), ("C0004", datetime(2025, 6, 1))]
    before = texts[texts["given_at"] < pd.Timestamp(day)].sample(frac=1, random_state=3)
    whole, cut = shop_of(texts, bought=bought), shop_of(before, bought=bought[:1])
    for job in (FeedbackSentimentJob(quick()), FeedbackThemesJob(60, quick())):
        one, other = job.results(whole, day), job.results(cut, day)
        assert_frame_equal(one.rows, other.rows)
        assert one.figures == other.figures


def test_themes_have_names_sizes_sentiment_and_quotes(texts: pd.DataFrame) -> None:
    said = texts["text"].where(texts["subject"] != "garden", "The roses in my garden soil died terrible")
    rows = FeedbackThemesJob(60, quick()).results(shop_of(texts.assign(text=said)), AS_OF).rows
    assert rows["text_count"].sum() == len(texts)
    garden = rows[rows["key_words"].str.contains("roses")].iloc[0]
    assert garden["negative_quote"] == "The roses in my garden soil died terrible"
    assert garden["negative_quote_customer_count"] > 5
    assert not rows.duplicated("theme_id").any()


def test_any_text_passes() -> None:
    hostile = [
        *HOSTILE,
        "x" * 100_000,
        "",
        " \x07 ",
        "😀" * 300,
        "كان التوصيل متأخرا جدا ولم يخبرني أحد",
        "送货很慢 <b>",
        None,
        "\u202eevil",
    ]
    rows = [
        (f"H{n}", None if n % 3 else f"C{n}", datetime(2025, 1, 1, n % 24), None, text)
        for n, text in enumerate(hostile)
    ]
    connection = shop(rows)
    found = FeedbackSentimentJob(quick()).results(connection, AS_OF).rows
    assert set(found["feedback_id"]) < {row[0] for row in rows}
    assert found["sentiment_score"].dropna().between(-1, 1).all()
    with pytest.raises(Refused, match="too few for themes"):
        FeedbackThemesJob(60, quick()).results(connection, AS_OF)
    with pytest.raises(Refused, match="Nobody has written anything"):
        FeedbackSentimentJob(quick()).results(shop([]), AS_OF)
