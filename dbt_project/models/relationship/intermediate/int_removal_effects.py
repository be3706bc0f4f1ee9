"""One row per channel: what the conversion of all journeys would lose without it (warehouse/attribution/markov.py)."""

from warehouse.attribution.journeys import removal_effect_table


def model(dbt, session):
    steps = dbt.ref("int_journey_steps").order("journey_id, step_number").fetchnumpy()
    return session.from_arrow(removal_effect_table(steps))
