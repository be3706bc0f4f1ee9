"""Facts of customers of a published shop, scored as the scorer does, beside what is published of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

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


def differences(settings: Settings, source: str, customers: Iterable[str]) -> Iterator[str]:
    """Each column of the answer by facts that is not the published one, in words."""
    folder = settings.published_file.resolve().parent
    version = Version(folder, settings)
    with one_thread(), open_build_file(settings, source, read_only=True) as build_file:
        scorer = FactsScorer(settings.model_copy(update={"threads": 1}), version, folder)
        for customer_id in customers:
            facts = facts_model().model_validate_json(json.dumps(facts_of(build_file, customer_id)))
            by_facts, by_id = scorer.of(facts), version.of(customer_id)
            assert by_id is not None
            for group, names in GROUPS.items():
                for name in names:
                    found, published = by_facts[group][name], by_id[group][name]
                    if found != (pytest.approx(published, rel=_LAST_DIGITS) if type(found) is float else published):
                        yield f"{customer_id}: {name} is {found!r} by facts, {published!r} as published"
