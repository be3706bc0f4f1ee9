"""The rows of the score table: the lists of the ways that serve, with reasons, and why others have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.recommendations.blend import POPULAR, Blend
from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.lists import EMPTY, LIST_NAMES, NEW_PRODUCTS, best, blocks
from ml.jobs.recommendations.reasons import Reason, Reasoner
from ml.jobs.recommendations.signals import Fitted
from ml.jobs.recommendations.unsold import Unsold
from ml.jobs.recommendations.ways import Way

NO_PRODUCT = "(none)"
_COLD = "country_popularity"
_NO_LIST_REASONS = {
    "refused": "The customer has not agreed to be contacted.",
    "unsubscribed": "The customer has unsubscribed.",
    "unknown": "It is not known whether the customer has agreed to be contacted.",
}


@dataclass(frozen=True, eq=False)
class Server:
    """The ways that serve, on signals fitted on everything before the date."""

    fitted: Fitted
    serving: Mapping[str, Way]
    settings: RecommendationsConfiguration

    def rows(self) -> pd.DataFrame:
        """All lists, and a row for each list that a customer may not have."""
        may = self.fitted.subjects.may_have_lists
        unsold = Unsold.found(self.fitted)
        reasoner = Reasoner(self.fitted, self.settings)
        parts = [
            pd.DataFrame.from_records(list(self._block(name, block, scores, reasoner, unsold)), columns=_COLUMNS)
            for block in blocks(np.flatnonzero(may), self.settings.block_customer_count)
            for scores in [self.fitted.scores(block)]
            for name in LIST_NAMES
        ]
        return pd.concat([*parts, self._without_lists(np.flatnonzero(~may))], ignore_index=True)

    def _block(
        self, name: str, customers: NDArray, scores: Mapping[str, NDArray], reasoner: Reasoner, unsold: Unsold
    ) -> Iterator[tuple]:
        """Rows of one list of a block of customers; who has bought nothing gets what is popular in the country."""
        way = self.serving[name]
        is_cold = self.fitted.history.purchase_counts[customers] == 0
        values = np.where(is_cold[:, None], scores[_COLD], way.combine(scores))
        allowed = self.fitted.offer.allowed(customers, new_only=name == NEW_PRODUCTS)
        kept = unsold.places(self.settings.unsold_product_places) if name == NEW_PRODUCTS else 0
        lists = best(values, allowed, self.settings.list_length - kept)
        orders = _Orders(way, scores, lists)
        for row, customer in enumerate(customers):
            by = _COLD if is_cold[row] else way.name
            rank = 0
            for column in lists[row][lists[row] != EMPTY]:
                order = (POPULAR,) if is_cold[row] else orders.of(row, rank)
                rank += 1
                reason = reasoner.reason(customer, column, order)
                product = self.fitted.offer.positions[column]
                place = _Place(customer, name, product, rank, float(values[row, column]))
                yield self._row(place, reason, by)
            for product, score in unsold.nearest(customer, kept):
                rank += 1
                place = _Place(customer, name, product, rank, score)
                yield self._row(place, reasoner.unsold(customer, product), "content")

    def _row(self, place: _Place, reason: Reason, computed_by: str) -> tuple:
        subjects, customer, product = self.fitted.subjects, place.customer, place.product
        return (
            subjects.customer_ids[customer],
            place.list_name,
            subjects.product_codes[product],
            place.rank,
            place.score,
            subjects.product_names[product],
            subjects.categories[product] or None,
            reason.code,
            reason.words,
            reason.because_product_code,
            computed_by,
            bool(subjects.may_be_contacted[customer]),
            "scored",
            None,
        )

    def _without_lists(self, customers: NDArray) -> pd.DataFrame:
        subjects = self.fitted.subjects
        reasons = [_NO_LIST_REASONS[status] for status in subjects.consent_statuses[customers]]
        return pd.concat(
            pd.DataFrame(
                {
                    "customer_id": subjects.customer_ids[customers],
                    "list_name": name,
                    "product_code": NO_PRODUCT,
                    "may_be_contacted": False,
                    "status": "not_eligible",
                    "reason": reasons,
                }
            )
            for name in LIST_NAMES
        )


@dataclass(frozen=True)
class _Place:
    """A product in a list; customer and product by position."""

    customer: int
    list_name: str
    product: int
    rank: int
    score: float


class _Orders:
    """The kinds of reasons for a place: what speaks for it for this very customer, the strongest first."""

    def __init__(self, way: Way, scores: Mapping[str, NDArray], lists: NDArray) -> None:
        self._leading = way.leading
        if not isinstance(way.combine, Blend):
            return
        rows, columns = np.arange(len(lists))[:, None], np.maximum(lists, 0)
        added = way.combine.contributions({name: values[rows, columns] for name, values in scores.items()})
        self._kinds = tuple(kind for kind in added if kind != POPULAR)
        self._added = np.stack([added[kind] for kind in self._kinds], axis=-1)
        self._order = np.argsort(-self._added, axis=-1, kind="stable")

    def of(self, row: int, place: int) -> tuple[str, ...]:
        """For a place of a customer's list; the first place is 0."""
        if self._leading:
            return self._leading
        added, order = self._added[row, place], self._order[row, place]
        return tuple(self._kinds[kind] for kind in order if added[kind] > 0)


_COLUMNS = [
    "customer_id",
    "list_name",
    "product_code",
    "recommendation_rank",
    "score",
    "product_name",
    "category",
    "reason_code",
    "reason_words",
    "because_product_code",
    "computed_by",
    "may_be_contacted",
    "status",
    "reason",
]
