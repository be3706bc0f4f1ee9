"""What was made of a person's texts goes with the person; themes stay, for they are of several customers."""

from __future__ import annotations

from datetime import date

import duckdb

from warehouse.erasure.table_erasure import erase_everywhere
from warehouse.privacy.subject import Subject
from warehouse.tables.scores import create_score_tables

SAID = "the courier lost my parcel again"
PERSON = Subject("files", "K-7", ("K-7", "K-8"), (SAID,), 0, "", order_ids=("O-1",))


def test_a_persons_texts_are_erased_from_the_scores() -> None:
    connection = duckdb.connect()
    create_score_tables(connection)
    rows = [("F1", "K-7"), ("F2", "K-8"), ("F3", "K-70"), ("F4", None)]
    for feedback, customer in rows:
        connection.execute(
            "insert into scores.feedback_sentiment (feedback_id, customer_id, as_of_date, model_name, status,"
            " scored_at) values (?, ?, ?, 'crm_feedback_sentiment', 'scored', '2026-01-01')",
            [feedback, customer, date(2026, 1, 1)],
        )
    for theme, quote in [("T001", "The courier lost my parcel again"), ("T002", "Nobody answers the phone")]:
        connection.execute(
            "insert into scores.feedback_themes (theme_id, theme_name, negative_quote, text_count, as_of_date,"
            " model_name, status, scored_at)"
            " values (?, 'parcel, courier', ?, 9, ?, 'crm_feedback_themes', 'scored', '2026-01-01')",
            [theme, quote, date(2026, 1, 1)],
        )
    erase_everywhere(connection, PERSON, b"secret")
    left = connection.execute("select feedback_id from scores.feedback_sentiment order by 1").fetchall()
    assert left == [("F3",), ("F4",)]
    themes = connection.execute("select theme_id, negative_quote, text_count from scores.feedback_themes order by 1")
    assert themes.fetchall() == [("T001", "[erased]", 9), ("T002", "Nobody answers the phone", 9)]
