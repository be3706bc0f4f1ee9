"""The themes of what customers write, as a job: name, key words, size, sentiment, who left, and quotes of nobody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from ml.competition.results import Refused
from ml.jobs.batch import BatchJob, Results
from ml.jobs.voice.analysis import Analysis, analyse
from ml.jobs.voice.configuration import VoiceConfiguration, load_voice
from ml.jobs.voice.leavers import complaints_of_leavers, judged_customers
from ml.jobs.voice.named_themes import NamedTheme
from ml.jobs.voice.quotes import Quote, best_quote

_NAMES = "select distinct first_name, last_name from pii.customer_contacts"
_SHORTEST_NAME = 2


class FeedbackThemesJob(BatchJob):
    """A row for each theme of the texts that were known before the date."""

    horizon_days: int

    def __init__(self, horizon_days: int, configuration: VoiceConfiguration | None = None) -> None:
        self.horizon_days = horizon_days
        self.configuration = configuration or load_voice()

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        found = analyse(connection, as_of_date, self.configuration)
        if found.themes is None:
            least = self.configuration.themes.minimum_text_count
            raise Refused(
                f"{len(found.texts)} texts, and the words that several customers use, are too few for themes "
                f"(at least {least} texts)."
            )
        names = _customer_names(connection)
        rows = pd.DataFrame([self._row(at, one, found, names) for at, one in enumerate(found.named)])
        judged = judged_customers(connection, found.texts, as_of_date, self.horizon_days)
        left = complaints_of_leavers(judged, list(rows["theme_id"]))
        rows = rows.join(left, on="theme_id").assign(churn_horizon_days=self.horizon_days)
        counts = {name: rows[name].astype("Int64") for name in ("complaining_customer_count", "comparison_count")}
        rows = rows.assign(**counts).sort_values("theme_id", ignore_index=True)
        return Results(rows, _figures(found), {"numbers_of_themes.json": found.themes.evidence.to_dict("records")})

    def _row(self, at: int, theme: NamedTheme, found: Analysis, names: Collection[str]) -> Mapping[str, object]:
        its = found.texts[found.texts["theme_position"] == at]
        share = found.themes.shares[its.index, at] if found.themes is not None else np.zeros(len(its))
        typical = its.assign(share=share).sort_values(["share", "feedback_id"], ascending=[False, True])
        said = {label: typical[typical["sentiment_label"] == label] for label in ("negative", "positive")}
        quotes = {label: self._quote(texts, theme, names) for label, texts in said.items()}
        return {
            "theme_id": theme.theme_id,
            "theme_name": theme.name,
            "key_words": ", ".join(theme.key_words),
            "text_count": len(its),
            "customer_count": its["customer_id"].nunique(),
            "text_share": len(its) / len(found.texts),
            "mean_sentiment_score": its["sentiment_score"].mean(),
            "negative_share": (its["sentiment_label"] == "negative").mean() if len(its) else np.nan,
            "mean_rating": its["rating"].mean(),
            **_quoted("negative", quotes["negative"]),
            **_quoted("positive", quotes["positive"]),
            "word_weights": theme.word_weights,
        }

    def _quote(self, texts: pd.DataFrame, theme: NamedTheme, names: Collection[str]) -> Quote | None:
        return best_quote(texts, theme.key_words, names, self.configuration.themes)


def _quoted(label: str, quote: Quote | None) -> Mapping[str, object]:
    return {
        f"{label}_quote": quote.text if quote else None,
        f"{label}_quote_customer_count": quote.customer_count if quote else None,
    }


def _customer_names(connection: duckdb.DuckDBPyConnection) -> Collection[str]:
    """Parts of the customers' names, in lower case."""
    rows = connection.execute(_NAMES).fetchall()
    parts = {part for row in rows for name in row if name for part in name.casefold().split()}
    return {part for part in parts if len(part) >= _SHORTEST_NAME}


def _figures(found: Analysis) -> Mapping[str, float]:
    if found.themes is None:
        return {}
    number = len(found.named)
    evidence = found.themes.evidence.set_index("theme_count").loc[number]
    return {
        "stability": float(evidence["stability"]),
        "coherence": float(evidence["coherence"]),
        "theme_count": float(number),
        "themed_share": float(found.texts["theme_id"].notna().mean()),
    }
