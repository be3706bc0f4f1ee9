"""Facts of customers of a published shop, scored as the scorer does, beside what is published of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def facts_scorer(settings: Settings) -> Iterator[FactsScorer]:
    """What scores facts with the models of the published version."""
    folder = settings.published_file.resolve().parent
    with one_thread():
        yield FactsScorer(settings, Version(folder, settings), folder)


def differences(
    scorer: FactsScorer, settings: Settings, source: str, customers: Sequence[str], at_once: Sequence[int]
) -> Iterator[str]:
    """Each column of the answer by facts that is not the published one, in words.

    Parameters
    ----------
    at_once
        Everybody is scored for each of these numbers: so many customers in one pass.
    """
    version = Version(settings.published_file.resolve().parent, settings)
    with open_build_file(settings, source, read_only=True) as build_file:
        for number in at_once:
            for start in range(0, len(customers), number):
                several = [
                    facts_model().model_validate_json(json.dumps(facts_of(build_file, customer_id)))
                    for customer_id in customers[start : start + number]
                ]
                for facts, answer in zip(several, scorer.of_several(several), strict=True):
                    published = version.of(facts.customer_id)
                    yield from told_apart(f"{facts.customer_id}, {number} at once", answer, published)


def told_apart(whose: str, found: Any, wanted: Any) -> Iterator[str]:
    """Each column of an answer that is not as in the other, in words."""
    for group, names in GROUPS.items():
        for name in names:
            one, other = found[group][name], wanted[group][name]
            if one != (pytest.approx(other, rel=_LAST_DIGITS) if type(one) is float else other):
                yield f"{whose}: {name} is {one!r}, not {other!r}"
