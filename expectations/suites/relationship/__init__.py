"""What gate `activation` checks of the relationship marts, a module for each folder of them in dbt_project."""

from __future__ import annotations

from expectations.suites.relationship.acquisition import acquisition_suites
from expectations.suites.relationship.attribution import attribution_suites
from expectations.suites.relationship.campaigns import campaign_suites
from expectations.suites.relationship.contracts import contract_suites
from expectations.suites.relationship.conversion import conversion_suites
from expectations.suites.relationship.coverage import coverage_suite
from expectations.suites.relationship.kpis import kpis_suite
from expectations.suites.relationship.lifecycle import lifecycle_suites
from expectations.suites.relationship.loyalty import loyalty_suites
from expectations.suites.relationship.voice import voice_suites
from expectations.suites.rules import TableSuite


def relationship_suites() -> list[TableSuite]:
    """The suites of all relationship marts, in the order in which they are checked."""
    return [
        coverage_suite(),
        kpis_suite(),
        *contract_suites(),
        *lifecycle_suites(),
        *campaign_suites(),
        *conversion_suites(),
        *attribution_suites(),
        *loyalty_suites(),
        *voice_suites(),
        *acquisition_suites(),
    ]
