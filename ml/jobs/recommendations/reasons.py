"""Why a product stands in a list, in words for the customer: what they bought speaks for it, or its popularity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml.jobs.recommendations.blend import PEOPLE, TEXT, TOGETHER
from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.matrices import Sparse
from ml.jobs.recommendations.signals import Fitted


@dataclass(frozen=True)
class Reason:
    """A code, its words, and the product bought before that they name."""

    code: str
    words: str
    because_product_code: str | None = None


@dataclass(frozen=True, eq=False)
class Reasoner:
    """Finds reasons in the purchases that the signals were fitted on."""

    fitted: Fitted
    settings: RecommendationsConfiguration

    def reason(self, customer: int, column: int, order: Sequence[str]) -> Reason:
        """That it was bought before; otherwise the first kind in the order that holds; being popular always does.

        Parameters
        ----------
        customer
            Position among the customers.
        column
            Of the product among those on offer.
        order
            Kinds of reasons (`ml.jobs.recommendations.blend.family`), the strongest first.
        """
        product = int(self.fitted.offer.positions[column])
        if found := self._own(customer, product):
            return found
        makers = {TOGETHER: self._together, PEOPLE: self._people, TEXT: self._text}
        for kind in order:
            if kind in makers and (found := makers[kind](customer, product, column)):
                return found
        return self._popular(product)

    def unsold(self, customer: int, product: int) -> Reason:
        """Of a product that nobody has bought yet."""
        nearest, _ = self._nearest_text(customer, product)
        if nearest is None:
            return Reason("new_in_shop", "New in the shop.")
        return Reason("new_in_shop", f"New in the shop, and similar to {self._name(nearest)}.", self._code(nearest))

    def _own(self, customer: int, product: int) -> Reason | None:
        ages = self._ages(customer, product)
        if not len(ages):
            return None
        since = _days(int(ages.min()))
        if len(ages) == 1:
            return Reason("buys_again", f"You bought it {since} ago.", self._code(product))
        gap = round((int(ages.max()) - int(ages.min())) / (len(ages) - 1))
        return Reason("buys_again", f"You buy it about every {_days(gap)}; last {since} ago.", self._code(product))

    def _together(self, customer: int, product: int, column: int) -> Reason | None:
        owned = self._owned(customer)
        if not len(owned):
            return None
        strength = self.fitted.similarities[owned, column]
        best = int(owned[np.argmax(strength)])
        if strength.max() <= 0 or self._common_buyers(best, product) < self.settings.reasons.minimum_common_buyer_count:
            return None
        return Reason("bought_with", f"Often bought with {self._name(best)}, which you have bought.", self._code(best))

    def _people(self, customer: int, product: int, _: int) -> Reason | None:
        if not len(self._owned(customer)):
            return None
        return Reason("similar_customers", "Customers who buy what you buy also buy it.")

    def _text(self, customer: int, product: int, _: int) -> Reason | None:
        nearest, similarity = self._nearest_text(customer, product)
        if nearest is None or similarity < self.settings.reasons.minimum_text_similarity:
            return None
        words = f"Similar to {self._name(nearest)}, which you have bought."
        return Reason("similar_product", words, self._code(nearest))

    def _popular(self, product: int) -> Reason:
        count, days = int(self._recent_buyers[product]), self.settings.recent_days
        if not count:
            return Reason("popular", "Bought by many customers.")
        people = "1 customer" if count == 1 else f"{count} customers"
        return Reason("popular", f"Popular now: {people} bought it in the last {days} days.")

    def _nearest_text(self, customer: int, product: int) -> tuple[int | None, float]:
        owned = self._owned(customer)
        if not len(owned):
            return None, 0.0
        if customer not in self._last_texts:
            self._last_texts.clear()
            self._last_texts[customer] = self.fitted.texts[owned]
        alike = self._last_texts[customer] @ self._text_of(product)
        best = int(np.argmax(alike))
        return (int(owned[best]), float(alike[best])) if alike[best] > 0 else (None, 0.0)

    def _owned(self, customer: int) -> NDArray:
        """Positions of the products bought before, sorted; a product for which it is asked is none of them."""
        counts = self.fitted.history.counts
        return counts.indices[counts.indptr[customer] : counts.indptr[customer + 1]]

    def _text_of(self, product: int) -> NDArray:
        if product not in self._known_texts:
            self._known_texts[product] = self.fitted.texts[[product]].toarray().ravel()
        return self._known_texts[product]

    @cached_property
    def _known_texts(self) -> dict[int, NDArray]:
        return {}

    @cached_property
    def _last_texts(self) -> dict[int, Sparse]:
        """Texts of what the last customer has bought."""
        return {}

    def _ages(self, customer: int, product: int) -> NDArray:
        """Days since each purchase of the product by the customer."""
        history = self.fitted.history
        start, end = np.searchsorted(history.pairs, [self._pair(customer, product), self._pair(customer, product) + 1])
        return history.ages[start:end]

    def _pair(self, customer: int, product: int) -> int:
        return int(customer) * self.fitted.history.shape[1] + int(product)

    def _common_buyers(self, first: int, second: int) -> int:
        pair = (min(first, second), max(first, second))
        if pair not in self._known_common:
            columns = self._by_product
            buyers = [columns.indices[columns.indptr[one] : columns.indptr[one + 1]] for one in pair]
            self._known_common[pair] = len(np.intersect1d(*buyers, assume_unique=True))
        return self._known_common[pair]

    @cached_property
    def _known_common(self) -> dict[tuple[int, int], int]:
        return {}

    @cached_property
    def _by_product(self) -> Sparse:
        return self.fitted.history.bought.tocsc()

    @cached_property
    def _recent_buyers(self) -> NDArray:
        return self.fitted.history.buyer_counts(self.settings.recent_days)

    def _name(self, product: int) -> str:
        return str(self.fitted.subjects.product_names[product])

    def _code(self, product: int) -> str:
        return str(self.fitted.subjects.product_codes[product])


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
