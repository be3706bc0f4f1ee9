"""One row per campaign and figure: how the groups differed before it, by warehouse/marts/campaigns/balance.py."""

import pyarrow

from warehouse.marts.campaigns.balance import campaign_balance

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
    moments = dbt.ref("int_campaign_balance_moments")
    rows = [dict(zip(moments.columns, row, strict=True)) for row in moments.fetchall()]
    records = campaign_balance(rows, dbt.config.get("planned_control_share"))
    return session.from_arrow(pyarrow.Table.from_pylist(records, schema=SCHEMA))
