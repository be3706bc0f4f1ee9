"""Traits of a person, which are no features unless the source allows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ml.data.contract_features import ATTRIBUTE_PREFIX
from warehouse.tables.features import personal_traits


def barred(names: Iterable[str], allowed: Collection[str]) -> frozenset[str]:
    """Those of the features, attributes of contracts among them, that models may not use.

    Parameters
    ----------
    allowed
        Personal traits that the source allows.
    """
    kept_out = personal_traits() - set(allowed)
    return frozenset(name for name in names if name.removeprefix(ATTRIBUTE_PREFIX) in kept_out)
