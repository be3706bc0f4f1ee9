"""Real files, damaged or landed as what they are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.broken_inputs.case import Case

GROUP = "Real files, damaged"


def real_cases(folder: Path) -> Iterator[Case]:
    """Cases from the real data sets; from those that are absent, none."""
    for case, original in _cases(folder):
        if (folder / original).exists():
            yield case


def _cases(folder: Path) -> Iterator[tuple[Case, str]]:
    def damaged(name: str, what: str, original: str, file_name: str, **outcome) -> tuple[Case, str]:
        change = outcome.pop("change", bytes)
        return Case(name, GROUP, what, lambda: change((folder / original).read_bytes()), file_name, **outcome), original

    retail, telco, baskets = "online_retail_ii.parquet", "ibm_telco_churn.csv", "groceries_baskets.csv"
    people, reviews = "febrl_duplicates.csv", "womens_clothing_reviews.parquet"
    yield damaged(
        "retail_cut",
        "Online Retail II, its last kilobyte lost",
        retail,
        "order_items.parquet",
        change=lambda content: content[:-1024],
        refused="not a readable Parquet file",
    )
    yield damaged("telco_foreign", "IBM Telco as orders", telco, "orders.csv", refused="names none of the columns")
    yield damaged(
        "telco_utf16",
        "IBM Telco in UTF-16, without its last byte",
        telco,
        "subscriptions.csv",
        change=lambda content: content.decode().encode("utf-16")[:-1],
        refused="UTF-16",
    )
    yield damaged(
        "baskets_without_header",
        "baskets, one a line, without a header",
        baskets,
        "order_items.csv",
        refused="names none of the columns",
    )
    yield damaged(
        "people_foreign", "Febrl's people as customers", people, "customers.csv", refused="customer_id is missing"
    )
    yield damaged(
        "reviews_named_csv", "reviews in Parquet, named .csv", reviews, "feedback.csv", refused="holds a Parquet file"
    )
