"""One row per campaign, segment and outcome: the effect, found by warehouse/marts/campaigns/estimates.py."""

import pyarrow

from warehouse.marts.campaigns.estimates import Minimum, campaign_estimates
from warehouse.marts.model_frames import frame_of, records

TEXTS = ("campaign_id", "dimension", "segment", "outcome", "reason")
COUNTS = ("treated_count", "control_count")
FIGURES = (
    *("treated_mean", "control_mean", "prior_spend_slope", "prior_spend_mean", "variance_reduction_share"),
    *(
        f"{end}{kind}{name}"
        for kind in ("", "adjusted_")
        for name in ("effect", "relative_effect")
        for end in ("", "lower_", "upper_")
    ),
    *("p_value", "adjusted_p_value", "false_discovery_p_value", "difference_p_value"),
    *("adjusted_treated_mean", "adjusted_control_mean", "adjusted_standard_error", "adjusted_quantile"),
)
SCHEMA = pyarrow.schema(
    [
        *((name, pyarrow.string()) for name in TEXTS),
        *((name, pyarrow.int32()) for name in COUNTS),
        ("is_told", pyarrow.bool_()),
        *((name, pyarrow.float64()) for name in FIGURES),
    ]
)


def model(dbt, session):
    moments, campaigns = records(dbt.ref("int_campaign_moments")), records(dbt.ref("int_campaigns"))
    minimum = Minimum(dbt.config.get("minimum_group_count"), dbt.config.get("minimum_response_count"))
    measurable = frozenset(
        campaign["campaign_id"]
        for campaign in campaigns
        if campaign["is_over"] and campaign["not_measurable_reason"] is None
    )
    estimates = campaign_estimates(moments, measurable, minimum)
    return frame_of(session, pyarrow.Table.from_pylist(estimates, schema=SCHEMA))
