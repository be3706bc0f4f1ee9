"""Facts of customers of a published shop, scored as the scorer does, beside what is published of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ml.environment import one_thread
from serving.answer import GROUPS
from serving.facts.request import facts_model
from serving.facts.scorer import FactsScorer
from serving.version import Version
from tools.benchmark.known_facts import facts_of
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings

# Sums over one row may be rounded in another place than those over all rows.
_LAST_DIGITS = 1e-12


def differences(settings: Settings, source: str, customers: Sequence[str], at_once: Sequence[int]) -> Iterator[str]:
    """Each column of the answer by facts that is not the published one, in words.

    Parameters
    ----------
    at_once
        Everybody is scored for each of these numbers: so many customers in one pass.
    """
    folder = settings.published_file.resolve().parent
    version = Version(folder, settings)
    with one_thread(), open_build_file(settings, source, read_only=True) as build_file:
        scorer = FactsScorer(settings, version, folder)
        for number in at_once:
            for start in range(0, len(customers), number):
                several = [
                    facts_model().model_validate_json(json.dumps(facts_of(build_file, customer_id)))
                    for customer_id in customers[start : start + number]
                ]
                for facts, answer in zip(several, scorer.of_several(several), strict=True):
                    yield from _differences(facts.customer_id, answer, version.of(facts.customer_id), number)


def _differences(customer_id: str, by_facts: Any, by_id: Any, number: int) -> Iterator[str]:
    for group, names in GROUPS.items():
        for name in names:
            found, published = by_facts[group][name], by_id[group][name]
            if found != (pytest.approx(published, rel=_LAST_DIGITS) if type(found) is float else published):
                yield f"{customer_id}, {number} at once: {name} is {found!r} by facts, {published!r} as published"
