"""One row per channel: what the conversion of all journeys would lose without it (warehouse/attribution/markov.py)."""

from warehouse.attribution.journeys import removal_effect_table
from warehouse.marts.model_frames import columns_in_order, frame_of


def model(dbt, session):
    steps = columns_in_order(dbt.ref("int_journey_steps"), "journey_id", "step_number")
    return frame_of(session, removal_effect_table(steps))
