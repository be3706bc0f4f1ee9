"""Languages, scores and labels of texts, on texts whose language and sentiment are plain to a reader."""

from __future__ import annotations

import numpy as np
import pytest

from ml.jobs.voice.configuration import load_voice
from ml.jobs.voice.languages import commonest_language, detect_languages
from ml.jobs.voice.lexicons import lexicon_labels, lexicon_scores
from ml.jobs.voice.readers import Read
from ml.jobs.voice.sentiment_figures import class_gains, sentiment_figures
from ml.jobs.voice.texts import cleaned
from ml.jobs.voice.words import weigh_words
from tests.hostile_values import HOSTILE
from tests.ml.voice.feedback_shop import made_up

CONFIGURATION = load_voice()
CHINESE = {  # made up for this test
    1: [
        "质量非常好，孩子很喜欢，下次还会购买",
        "物流很快，包装精美，非常满意",
        "味道香浓，价格实惠，推荐给大家",
        "客服态度很好，问题很快就解决了",
        "做工精细，物超所值，好评",
        "杯子很漂亮，收到货很开心",
    ],
    -1: [
        "质量太差了，用了一天就坏了，非常失望",
        "等了两个星期还没有收到货，客服也不回复",
        "包装破了，里面的东西全碎了，要求退货",
        "味道很难喝，不会再买了",
        "价格贵得离谱，根本不值这个钱，上当了",
        "客服态度恶劣，再也不来了",
    ],
}


def test_languages_of_plain_texts() -> None:
    texts = {
        "The delivery was late and nobody told me about it.": "en",
        "Die Lieferung kam zu spät und niemand hat mir etwas gesagt.": "de",
        "La livraison était en retard et personne ne m'a prévenu.": "fr",
        "送货很慢，杯子也碎了": "zh",
        "商品がとても綺麗で、すぐに届きました。": "ja",
        "ok": "unknown",
        "😡😡😡": "unknown",
        "12345 67890": "unknown",
    }
    assert detect_languages(list(texts), CONFIGURATION.language) == list(texts.values())


def test_texts_of_no_known_language_are_read_as_most_are() -> None:
    assert commonest_language(["unknown", "unknown", "de", "de", "en"]) == "de"
    assert commonest_language(["unknown"]) == "en"


def test_chinese_texts_are_told_apart_and_parted_into_words() -> None:
    texts = [text for its in CHINESE.values() for text in its]
    truth = [label for label, its in CHINESE.items() for _ in its]
    labels = lexicon_labels(lexicon_scores(texts, "zh"), "zh")
    assert (labels == truth).mean() >= 10 / 12
    frame = made_up(12).assign(text=texts, language_code="zh", customer_id=[f"C{n}" for n in range(12)])
    settings = CONFIGURATION.themes.model_copy(update={"minimum_customer_count": 2, "maximum_text_share": 1.0})
    words = weigh_words(frame, CONFIGURATION.model_copy(update={"themes": settings}))
    assert {"质量", "包装", "价格", "味道"} <= set(words.names)  # in two texts each
    assert not {"的", "了", "很"} & set(words.names)


def test_vader_reads_english_and_emoji() -> None:
    scores = lexicon_scores(["What a wonderful shop, I love it!", "Terrible, I hate it.", "A box.", "😍"], "en")
    assert list(lexicon_labels(scores, "en")) == [1, -1, 0, 1]
    assert np.isnan(lexicon_scores(["Sehr gut"], "de")).all()


def test_figures_by_hand() -> None:
    """Of one negative, one neutral and four positive texts 1, 0 and 3 are found: (1 + 0 + 3/4) / 3."""
    classes, labels = np.array([-1, 0, 1, 1, 1, 1]), np.array([-1, 1, 1, 1, 1, -1])
    scores = np.array([-0.5, 0.2, 0.9, 0.8, 0.1, -0.6])
    figures = sentiment_figures(Read(scores, labels), classes, np.array([1.0, 3, 5, 5, 4, 4]))
    assert figures["balanced_accuracy"] == pytest.approx((1 + 0 + 3 / 4) / 3)
    assert class_gains(labels, classes).mean() == pytest.approx(figures["balanced_accuracy"])
    assert figures["accuracy"] == pytest.approx(4 / 6)
    assert figures["roc_auc"] == pytest.approx(3 / 4)  # one of four pairs is the wrong way round
    # precision and recall: negative 1/2 and 1, neutral none, positive 3/4 and 3/4
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 0 + 3 / 4) / 3)


@pytest.mark.parametrize("text", [*HOSTILE, "\x00\x07", "", " ", "\ud83d", "a" * 100_000, "😀" * 5000, "ﷺ" * 4000])
def test_any_text_is_cleaned_and_read(text: str) -> None:
    plain = cleaned(text, CONFIGURATION.maximum_characters)
    assert len(plain) <= CONFIGURATION.maximum_characters
    assert "<script" not in plain and "\x00" not in plain
    plain.encode()
    assert np.abs(lexicon_scores([plain], "en")[0]) <= 1
