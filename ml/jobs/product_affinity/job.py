"""The job `product_affinity`: which products are bought together, per period and segment, and whether it stays so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.jobs.batch import BatchJob, Results
from ml.jobs.choice import Choice
from ml.jobs.product_affinity.baskets import Baskets, product_names, read_baskets
from ml.jobs.product_affinity.configuration import ProductAffinityConfiguration
from ml.jobs.product_affinity.expected import expected_confidences
from ml.jobs.product_affinity.later import Remeasured, choice_of, figures_of, remeasured
from ml.jobs.product_affinity.rules import FoundRules, find_rules

EVERYBODY, WHOLE_HISTORY = "all customers", "whole history"
# Between the codes of an antecedent.
TOGETHER = " + "
_SEGMENTS = """
select customer_id, rfm_segment_name from marts.customer_rfm
where as_of_date = ? and rfm_segment_name is not null
"""


@dataclass(frozen=True)
class _Part:
    """Baskets that rules are searched in: a period of everybody, or a segment."""

    period_name: str
    segment_name: str
    start: date
    baskets: Baskets


class ProductAffinityJob(BatchJob):
    """Association rules among the baskets of identified customers."""

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        settings = load_configuration(ProductAffinityConfiguration, self.name)
        baskets = read_baskets(connection, as_of_date, settings.search.maximum_basket_product_count)
        if len(baskets) < settings.minimum_basket_count:
            raise Refused(
                f"{len(baskets)} orders of identified customers with products before {as_of_date}; "
                f"at least {settings.minimum_basket_count} are needed."
            )
        origins = remeasured(baskets, as_of_date, settings)
        choice = choice_of(origins, settings)
        way = choice.serving if choice and choice.serving else "as_found"
        parts = list(_parts(connection, baskets, as_of_date, settings))
        found = [find_rules(part.baskets, settings) for part in parts]
        tables = [_served(part, rules, way, as_of_date, settings) for part, rules in zip(parts, found, strict=True)]
        names = product_names(connection)
        rows = _with_names(pd.concat(tables, ignore_index=True), baskets, names, origins)
        if rows.empty:
            raise Refused(f"No products lie together more often than by chance in {len(baskets)} baskets.")
        return Results(
            rows,
            _figures(found[0], baskets, origins),
            {"origins.json": _by_origin(origins), "searches.json": _searches(parts, found)},
            _choices(choice),
        )


def _choices(choice: Choice | None) -> tuple[Choice, ...]:
    return (choice,) if choice else ()


def _parts(
    connection: duckdb.DuckDBPyConnection, baskets: Baskets, as_of_date: date, settings: ProductAffinityConfiguration
) -> Iterator[_Part]:
    """The whole history first, then the newest days, then the segments that have enough baskets."""
    begun = baskets.first_date
    yield _Part(WHOLE_HISTORY, EVERYBODY, begun, baskets)
    for days in settings.period_days:
        start = as_of_date - timedelta(days=days)
        newest = baskets.between(start, as_of_date)
        if start > begun and len(newest) >= settings.minimum_basket_count:
            yield _Part(f"last {days} days", EVERYBODY, start, newest)
    segments = dict(connection.execute(_SEGMENTS, [as_of_date]).fetchall())
    segment = pd.Series(baskets.customer_id).map(segments)
    for name, count in sorted(segment.value_counts().items()):
        if count >= settings.minimum_segment_basket_count:
            yield _Part(WHOLE_HISTORY, str(name), begun, baskets.part((segment == name).to_numpy()))


def _served(
    part: _Part, found: FoundRules, way: str, as_of_date: date, settings: ProductAffinityConfiguration
) -> pd.DataFrame:
    """The rows of one search, without names."""
    rules = found.rules
    if rules.empty:
        return rules
    expected = expected_confidences(rules, part.baskets, as_of_date, settings.later.horizon_days)[way]
    return rules.assign(
        period_name=part.period_name,
        segment_name=part.segment_name,
        period_start_date=part.start,
        rule_rank=np.arange(1, len(rules) + 1),
        expected_confidence_share=expected,
        conviction=rules["conviction"].replace(np.inf, np.nan),
    )


def _with_names(
    rows: pd.DataFrame, baskets: Baskets, names: dict[str, str], origins: Sequence[Remeasured]
) -> pd.DataFrame:
    """Codes and names in the place of columns; and what the rule, found a horizon ago, did since then."""
    if rows.empty:
        return rows
    if origins:
        again = origins[0].rules[["antecedent", "consequent", "later_lift", "later_confidence_share"]]
        rows = rows.merge(again, on=["antecedent", "consequent"], how="left")
    codes = baskets.product_codes
    first = [codes[list(columns)] for columns in rows["antecedent"]]
    second = codes[rows["consequent"].to_numpy(int)]
    return rows.assign(
        antecedent_product_codes=[TOGETHER.join(products) for products in first],
        antecedent_product_names=[TOGETHER.join(names.get(code, code) for code in products) for products in first],
        antecedent_product_count=[len(products) for products in first],
        consequent_product_code=second,
        consequent_product_name=[names.get(code, code) for code in second],
    ).drop(columns=["antecedent", "consequent"])


def _figures(whole: FoundRules, baskets: Baskets, origins: Sequence[Remeasured]) -> dict[str, float]:
    """Means over the origins, and what was searched at the date itself."""
    by_origin = pd.DataFrame([figures_of(found) for found in origins])
    figures = {str(name): float(value) for name, value in by_origin.mean().items() if np.isfinite(value)}
    return figures | {
        "rule_count": float(len(whole.rules)),
        "basket_count": float(len(baskets)),
        "left_out_basket_count": float(baskets.left_out_count),
        "least_joint_count": float(whole.least_count),
        "test_count": float(whole.test_count),
        "origin_count": float(len(origins)),
    }


def _by_origin(origins: Sequence[Remeasured]) -> list[dict[str, object]]:
    return [{"origin": found.origin.isoformat(), **figures_of(found)} for found in origins]


def _searches(parts: Sequence[_Part], found: Sequence[FoundRules]) -> list[dict[str, object]]:
    return [
        {
            "period_name": part.period_name,
            "segment_name": part.segment_name,
            "basket_count": len(part.baskets),
            "least_joint_count": rules.least_count,
            "candidate_count": len(rules.candidates),
            "test_count": rules.test_count,
            "rule_count": len(rules.rules),
        }
        for part, rules in zip(parts, found, strict=True)
    ]
