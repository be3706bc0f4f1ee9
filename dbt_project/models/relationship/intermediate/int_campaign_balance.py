"""One row per campaign and figure: how the groups differed before it, by warehouse/marts/campaigns/balance.py."""

import pyarrow

from warehouse.marts.campaigns.balance import campaign_balance
from warehouse.marts.model_frames import frame_of, records

SCHEMA = pyarrow.schema(
    [
        ("campaign_id", pyarrow.string()),
        ("figure", pyarrow.string()),
        *((name, pyarrow.int32()) for name in ("treated_count", "control_count")),
        *(
            (name, pyarrow.float64())
            for name in (
                *("treated_mean", "control_mean", "standardized_difference", "chance_difference"),
                *("joint_p_value", "planned_control_share", "sample_ratio_p_value"),
            )
        ),
    ]
)


def model(dbt, session):
    moments = records(dbt.ref("int_campaign_balance_moments"))
    balance = campaign_balance(moments, dbt.config.get("planned_control_share"))
    return frame_of(session, pyarrow.Table.from_pylist(balance, schema=SCHEMA))
