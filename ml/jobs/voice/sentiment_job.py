"""The sentiment of each text, as a job: language, score, label, by whom it was read, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

from ml.jobs.batch import BatchJob, Results
from ml.jobs.voice.analysis import Analysis, analyse
from ml.jobs.voice.configuration import VoiceConfiguration, load_voice

_COLUMNS = [
    *("feedback_id", "customer_id", "given_date", "product_code", "rating", "language_code"),
    *("sentiment_score", "sentiment_label", "sentiment_source", "theme_id", "theme_name", "second_theme_id"),
]


class FeedbackSentimentJob(BatchJob):
    """A row for each text that was known before the date."""

    def __init__(self, configuration: VoiceConfiguration | None = None) -> None:
        self.configuration = configuration or load_voice()

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        found = analyse(connection, as_of_date, self.configuration)
        texts = found.texts.sort_values("feedback_id", ignore_index=True)
        is_read = texts["sentiment_score"].notna()
        rows = texts[_COLUMNS].assign(
            rating=texts["rating"].astype("Int64"),
            status=is_read.map({True: "scored", False: "refused"}),
            reason=texts["language_code"].map(_reason).mask(is_read, None),
        )
        documents = {
            "sentiment_by_origin.json": found.sentiments.origins,
            "languages.json": rows["language_code"].value_counts().to_dict(),
        }
        return Results(rows, _figures(found), documents, found.sentiments.choices)


def _figures(found: Analysis) -> Mapping[str, float]:
    """Those of who reads, in the language with most texts that could be judged."""
    shares: dict[str, float] = {
        "text_count": float(len(found.texts)),
        "read_share": float(found.texts["sentiment_score"].notna().mean()),
        "themed_share": float(found.texts["theme_id"].notna().mean()),
    }
    counts = found.texts["language_code"].value_counts()
    choices = [one for one in found.sentiments.choices if one.serving]
    if not choices:
        return shares
    main = max(choices, key=lambda one: (counts.get(one.about, 0), one.about))
    return {**main.contender(str(main.serving)).figures, **shares}


def _reason(language: str) -> str:
    return f"No lexicon knows the language {language}, and too few of its texts have stars to learn from."
