"""A shop of three customers, written by hand into a build file, on which every gate passes.

c1 bought twice and is eligible, c2 bought once and long ago, c3 has an account and no order; o3 is a guest's order
without lines, o5 a credit note, o6 a cancelled sale.
"""

from __future__ import annotations

from datetime import date

import duckdb
import yaml

from expectations.gates import GateResult, run_gate
from tests.expectations.small_funnel import ACQUISITION, ATTRIBUTION, CONVERSION
from tests.expectations.small_lifecycle import LIFECYCLE
from tests.expectations.small_loyalty import LOYALTY
from warehouse.base.connections import open_build_file
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.errors import GateFailed
from warehouse.base.settings import Settings
from warehouse.tables.contract import load_contract
from warehouse.tables.features import MARTS, declared_features
from warehouse.tables.quality_tables import create_quality_tables
from warehouse.tables.raw_tables import create_raw_tables
from warehouse.tables.scores import create_score_tables

SOURCE = "small_shop"
AS_OF = date(2024, 7, 1)

_RAW_ROWS = {
    "customers": [
        "'c1', '2023-01-01', 'Ada', 'Null', 'ada@example.com', null, null, 'York', null, 'UK', '1990-01-01', 'female', "
        "'search', 4.00, true",
        "'c2', '2023-01-02', 'Bo', 'O''Neill', null, null, null, null, null, 'UK', null, null, null, null, null",
        "'c3', '2023-01-03', 'Cy', 'Li', null, null, null, null, null, 'UK', null, 'other', null, null, null",
    ],
    "orders": [
        "'o1', 'c1', '2024-01-10 10:00', 'sale', 'completed', null, null, 'GBP', 'UK', 'web'",
        "'o2', 'c2', '2022-01-10 10:00', 'sale', 'completed', null, null, 'GBP', 'UK', 'web'",
        "'o3', null, '2024-03-10 10:00', 'sale', 'completed', null, 7.50, 'GBP', 'UK', 'web'",
        "'o4', 'c1', '2024-06-10 10:00', 'sale', 'completed', null, null, 'GBP', 'UK', 'web'",
        "'o5', 'c1', '2024-06-12 10:00', 'return', 'completed', null, null, 'GBP', 'UK', 'web'",
        "'o6', 'c1', '2024-06-13 10:00', 'sale', 'cancelled', '2024-06-14', null, 'GBP', 'UK', 'web'",
        "'o7', 'c1', '2024-08-01 10:00', 'sale', 'completed', null, null, 'GBP', 'UK', 'web'",
    ],
    "order_items": [
        "'i1', 'o1', 1, 'MUG', 'Mug', 2, 5.00, null, null",
        "'i2', 'o1', 2, 'POST', 'Postage', 1, 3.00, null, null",
        "'i3', 'o2', null, 'MUG', 'Mug', 3, 3.3333, null, null",
        "'i4', 'o4', 1, 'MUG', 'Mug', 1, 5.00, 5.00, null",
        "'i5', 'o5', 1, 'MUG', 'Mug', -1, 5.00, -5.00, null",
        "'i6', 'o6', 1, 'CUP', 'Cup', 1, 8.00, null, null",
        "'i7', 'o7', 1, 'CUP', 'Cup', 1, 8.00, null, null",
    ],
    "products": [
        "'MUG', 'Mug', 'ware', 5.00, 2.00, null",
        "'CUP', 'Cup', 'ware', 8.00, 3.00, null",
        "' post', 'Postage', null, null, null, null",
    ],
    "events": ["'e1', 'c1', 's1', '2024-06-01', 'visit', 'MUG'"],
    "feedback": ["'f1', 'c1', 'o1', 'MUG', '2024-05-20', 5, 9, 'Lovely'"],
    "campaigns": ["'k1', 'Spring', 'mail', '2024-03-01', null, 10.00"],
    "campaign_touches": ["'k1', 'c1', '2024-03-02', false, true, false, 0.1000"],
    "subscriptions": ["'u1', 'c1', 'Tea', '2024-01-01', null, 9.00, 12, null, null, null"],
    "subscription_changes": ["'u1', '2024-03-01', 'Tea and cake', 12.00, 12"],
    "exchange_rates": ["'EUR', '2022-01-01', 0.85"],
}

_MARTS = """
create schema intermediate;
create table intermediate.int_movements (
    movement_id varchar, movement_kind varchar, movement_status varchar, order_id varchar, order_item_id varchar,
    product_code varchar, product_description varchar, order_date date, line_kind varchar, part varchar,
    quantity decimal(18, 6), raw_amount decimal(22, 10), original_amount decimal(22, 10), amount decimal(28, 10),
    currency varchar
);
insert into intermediate.int_movements values
    ('line:i1', 'line', 'kept', 'o1', 'i1', 'MUG', 'Mug', '2024-01-10', 'goods', 'sale', 2, 10, 10, 10, 'GBP'),
    ('line:i2', 'line', 'kept', 'o1', 'i2', 'POST', 'Postage', '2024-01-10', 'shipping', 'charge', 1, 3, 3, 3, 'GBP'),
    ('line:i3', 'line', 'kept', 'o2', 'i3', 'MUG', 'Mug', '2022-01-10', 'goods', 'sale', 3, 9.9999, 9.9999, 9.9999,
        'GBP'),
    ('head:o3', 'head', 'kept', 'o3', null, null, null, '2024-03-10', 'goods', 'sale', 0, 0, 7.5, 7.5, 'GBP'),
    ('line:i4', 'line', 'kept', 'o4', 'i4', 'MUG', 'Mug', '2024-06-10', 'goods', 'sale', 1, 5, 5, 5, 'GBP'),
    ('line:i5', 'line', 'kept', 'o5', 'i5', 'MUG', 'Mug', '2024-06-12', 'goods', 'return', -1, -5, -5, -5, 'GBP'),
    ('line:i6', 'line', 'kept', 'o6', 'i6', 'CUP', 'Cup', '2024-06-13', 'goods', 'sale', 1, 8, 8, 8, 'GBP'),
    ('line:i7', 'line', 'after_as_of_date', 'o7', 'i7', 'CUP', 'Cup', '2024-08-01', 'goods', 'sale', 1, 8, 8, 0, 'GBP');
create table intermediate.int_product_codes_classified as select * from (values ('MUG', null), ('POST', 'shipping'))
    as t(product_code, line_kind);
create table intermediate.int_return_portions as select 'o5' as order_id, 'o4' as sold_order_id, 'c1' as customer_id,
    cast(-5 as decimal(28, 10)) as amount;
create schema marts;
create table marts.dim_customers as select * from (values
    ('c1', date '2024-01-10', date '2024-06-10'), ('c2', date '2022-01-10', date '2022-01-10'), ('c3', null, null)
) as t(customer_id, first_order_date, last_order_date);
create table marts.dim_products as select * from (values ('MUG'), ('POST'), ('CUP')) as t(product_code);
create table marts.fct_orders (
    order_id varchar, customer_id varchar, order_kind varchar, is_guest boolean, is_purchase boolean,
    line_count integer, item_count integer, unit_quantity decimal(18, 3), gross_amount decimal(18, 2),
    return_amount decimal(18, 2), cancelled_amount decimal(18, 2), net_amount decimal(18, 2),
    fee_amount decimal(18, 2), adjustment_amount decimal(18, 2),
    ordered_at timestamp, order_date date, cancelled_at timestamp, reversed_at timestamp
);
insert into marts.fct_orders values
    ('o1', 'c1', 'sale', false, true, 2, 1, 2, 10, 0, 0, 10, 3, 0, '2024-01-10 10:00', '2024-01-10', null, null),
    ('o2', 'c2', 'sale', false, true, 1, 1, 3, 10, 0, 0, 10, 0, 0, '2022-01-10 10:00', '2022-01-10', null, null),
    ('o3', null, 'sale', true, false, 0, 0, 0, 7.5, 0, 0, 7.5, 0, 0, '2024-03-10 10:00', '2024-03-10', null, null),
    ('o4', 'c1', 'sale', false, true, 1, 1, 1, 5, 0, 0, 5, 0, 0, '2024-06-10 10:00', '2024-06-10', null, null),
    ('o5', 'c1', 'return', false, false, 1, 0, 0, 0, 5, 0, -5, 0, 0, '2024-06-12 10:00', '2024-06-12', null, null),
    ('o6', 'c1', 'sale', false, false, 1, 1, 1, 8, 0, 8, 0, 0, 0, '2024-06-13 10:00', '2024-06-13', '2024-06-14', null);
alter table marts.fct_orders add column shipping_amount decimal(18, 2) default 0;
alter table marts.fct_orders add column tax_amount decimal(18, 2) default 0;
alter table marts.fct_orders add column tip_amount decimal(18, 2) default 0;
alter table marts.fct_orders add column gift_card_amount decimal(18, 2) default 0;
update marts.fct_orders set shipping_amount = 3 where order_id = 'o1';
create table marts.fct_order_items (
    order_item_id varchar, order_id varchar, product_code varchar, line_kind varchar, quantity decimal(18, 3),
    unit_price_amount decimal(18, 4), line_amount decimal(18, 2), ordered_at timestamp, customer_id varchar,
    reversed_by_order_item_id varchar
);
insert into marts.fct_order_items values
    ('i1', 'o1', 'MUG', 'goods', 2, 5, 10, '2024-01-10 10:00', 'c1', null),
    ('i2', 'o1', 'POST', 'shipping', 1, 3, 3, '2024-01-10 10:00', 'c1', null),
    ('i3', 'o2', 'MUG', 'goods', 3, 3.3333, 10, '2022-01-10 10:00', 'c2', null),
    ('i4', 'o4', 'MUG', 'goods', 1, 5, 5, '2024-06-10 10:00', 'c1', null),
    ('i5', 'o5', 'MUG', 'goods', -1, 5, -5, '2024-06-12 10:00', 'c1', null),
    ('i6', 'o6', 'CUP', 'goods', 1, 8, 8, '2024-06-13 10:00', 'c1', null);
create table marts.monthly_sales as select cast(date_trunc('month', order_date) as date) as order_month,
    sum(gross_amount) as gross_amount, sum(return_amount) as return_amount, sum(cancelled_amount) as cancelled_amount,
    sum(net_amount) as net_amount, sum(fee_amount) as fee_amount, sum(adjustment_amount) as adjustment_amount
from marts.fct_orders group by order_month;
create table marts.customer_features (
    customer_id varchar, as_of_date date, first_order_date date, last_order_date date,
    days_since_last_order integer, tenure_days integer, first_to_last_order_days integer,
    order_count integer, order_day_count integer, repeat_order_count integer,
    order_count_30d integer, order_count_90d integer, order_count_180d integer, order_count_365d integer,
    item_count integer, distinct_product_count integer, event_count_30d integer, event_count_90d integer,
    campaign_touch_count_365d integer, campaign_click_count_365d integer,
    net_amount decimal(18, 2), gross_amount decimal(18, 2), net_amount_365d decimal(18, 2),
    is_eligible boolean, ineligible_reason varchar
);
insert into marts.customer_features values
    ('c1', '2024-07-01', '2024-01-10', '2024-06-10', 21, 173, 152, 2, 2, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 0,
        10, 15, 10, true, null),
    ('c2', '2024-07-01', '2022-01-10', '2022-01-10', 903, 903, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0,
        10, 10, 0, false, 'no purchase in the last 365 days'),
    ('c2', '2024-04-02', '2022-01-10', '2022-01-10', 813, 813, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0,
        10, 10, 0, false, 'no purchase in the last 365 days');
create table marts.customer_labels as select 'c2' as customer_id, date '2024-04-02' as as_of_date,
    90 as churn_horizon_days, true as is_churned, 90 as clv_horizon_days, 0 as future_order_count,
    cast(0 as decimal(18, 2)) as future_net_amount;
create table marts.customer_rfm as select customer_id, as_of_date, 5 as recency_score, 5 as frequency_score,
    5 as monetary_score, 'champions' as rfm_segment_name from marts.customer_features;
create table marts.dim_subscriptions as select 'u1' as subscription_id, 'c1' as customer_id,
    timestamp '2024-01-01' as started_at, cast(null as timestamp) as ended_at, true as is_active,
    cast(9.9 as decimal(18, 2)) as monthly_amount;
create table marts.subscription_features as select 'u1' as subscription_id, date '2024-07-01' as as_of_date,
    6 as tenure_months, true as is_eligible, cast(null as varchar) as ineligible_reason,
    cast(null as decimal(18, 2)) as total_charges_amount;
"""


def _add_features(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the features marts have every declared feature: nothing, and the least that is promised."""
    for subject, mart in MARTS.items():
        for feature in declared_features(subject).values():
            kind = "varchar" if feature.is_text else "decimal(18, 2)" if feature.shown_as == "amount" else "double"
            least = (feature.min or 0) if feature.is_promised else "null"
            connection.execute(
                f"alter table marts.{mart} add column if not exists {feature.name} {kind} default {least}"
            )


_CUSTOMER_360 = """
create table marts.customer_360 as
select c.customer_id, date '2024-07-01' as as_of_date, cast(coalesce(f.net_amount, 0) as decimal(18, 2)) as net_amount,
    churn.churn_probability, churn.status as churn_status, clv.predicted_amount, clv.status as clv_status,
    clv_180d.predicted_amount as predicted_180d_amount, clv_365d.predicted_amount as predicted_365d_amount,
    false as may_be_contacted, 'do_not_contact' as next_best_action, c.customer_id = 'c2' as is_overdue
from marts.dim_customers as c
left join marts.customer_features as f on f.customer_id = c.customer_id and f.as_of_date = date '2024-07-01'
left join scores.customer_churn as churn on churn.customer_id = c.customer_id
left join scores.customer_clv as clv on clv.customer_id = c.customer_id
left join scores.customer_clv_180d as clv_180d on clv_180d.customer_id = c.customer_id
left join scores.customer_clv_365d as clv_365d on clv_365d.customer_id = c.customer_id;
"""

# The relationship marts, made empty with the columns that they declare, and what these rules look for in them.
_RELATIONSHIP = """
insert into marts.kpis
select date_trunc('month', order_date), 'net_sales_amount', sum(net_amount), null, null, 'amount', 'more', true
from marts.fct_orders group by all;
-- one contract since January, at the same price
insert into marts.contract_mrr_months by name
select 'u1' as subscription_id, 'c1' as customer_id, month, if(month = '2024-01-01', 0, 9.9) as opening_mrr_amount,
    9.9 - opening_mrr_amount as movement_mrr_amount, 0 as newly_priced_mrr_amount, 9.9 as mrr_amount
from (select unnest(generate_series(date '2024-01-01', date '2024-06-01', interval 1 month))::date as month);
insert into marts.customer_mrr_months by name select customer_id, month, mrr_amount from marts.contract_mrr_months;
insert into marts.mrr_movements by name
select month, opening_mrr_amount, movement_mrr_amount as new_mrr_amount, 0 as reactivated_mrr_amount,
    0 as expansion_mrr_amount, 0 as contraction_mrr_amount, 0 as churned_mrr_amount, 0 as newly_priced_mrr_amount,
    mrr_amount as closing_mrr_amount, (opening_mrr_amount > 0)::integer as opening_customer_count,
    (opening_mrr_amount = 0)::integer as new_customer_count, 0 as reactivated_customer_count,
    0 as churned_customer_count, 1 as closing_customer_count, 1 as contract_count, 0 as unseen_contract_count,
    if(opening_mrr_amount > 0, 0, null) as logo_churn_share
from marts.contract_mrr_months;
insert into marts.mrr_by_plan by name
select 'basic' as plan_name, 0 as moved_in_mrr_amount, 0 as moved_out_mrr_amount, columns('^month$|_mrr_amount$')
from marts.mrr_movements;
create schema staging;
create table staging.stg_campaign_touches as select * from (values
    ('k1', 'c1', timestamp '2024-03-02'), ('k1', 'c2', timestamp '2024-03-02'), ('k1', 'c3', timestamp '2024-08-02')
) as t(campaign_id, customer_id, touched_at);
create table intermediate.int_campaign_customers as select *, timestamp '2024-06-11' as window_end_at
    from staging.stg_campaign_touches where customer_id <> 'c3';
insert into marts.campaign_effects by name
select 'k1' as campaign_id, 'mail' as campaign_channel, outcome, 1 as treated_count, 1 as control_count, treated_mean,
    0 as control_mean, treated_mean as effect, 0 as lower_effect, treated_mean as incremental_total
from (values ('orders', 1), ('spend', 5)) as t(outcome, treated_mean);
insert into marts.campaign_balance by name
select 'k1' as campaign_id, 'orders_before' as figure, 0.8 as joint_p_value, false as is_randomisation_doubtful;
insert into marts.campaign_summary by name select 'mail' as campaign_channel, 1 as incremental_order_count;
insert into marts.relationship_coverage values ('kpis', 4, null), ('nothing', 0, 'The source has none.');
"""

_ORIGIN = {"model_name": "model", "model_version": "1", "mlflow_run_id": "run", "scored_at": "2024-07-01"}
_REASONS = {"reasons": "lowers risk: orders every 30 days, the last 21 days ago", "reason_codes": "[]"}
_LONGER = {"predicted_lower_amount": 0, "predicted_upper_amount": 15, "expected_order_count": 0.8}
_SCORES = {
    "customer_segments": {"segment_id": 1, "segment_name": "regulars", "is_name_true": True, "distance_to_center": 0.5},
    "customer_churn": {"churn_probability": 0.25, "churn_risk_band": "low", "horizon_days": 90, **_REASONS},
    "customer_clv": {
        "horizon_days": 90,
        "predicted_amount": 2.5,
        "predicted_lower_amount": 0,
        "predicted_upper_amount": 9,
        "value_at_stake_amount": 3,
        "expected_order_count": 0.4,
        "alive_probability": 0.9,
        "expected_order_amount": 6.25,
        "historic_amount": 10,
        "total_amount": 12.5,
        "value_tier": "high",
        **_REASONS,
    },
    "customer_clv_180d": _LONGER | {"horizon_days": 180, "predicted_amount": 4},
    "customer_clv_365d": _LONGER | {"horizon_days": 365, "predicted_amount": 9},
}

_CONTRACT = {
    "churn_probability": 0.25,
    "churn_risk_band": "low",
    "survival_3m_probability": 0.9,
    "survival_6m_probability": 0.8,
    "survival_12m_probability": 0.7,
    "expected_remaining_months": 18.0,
    "remaining_horizon_months": 24,
}


def make_small_shop(settings: Settings) -> None:
    """Write the build file."""
    with open_build_file(settings, SOURCE) as connection:
        create_raw_tables(connection)
        create_quality_tables(connection)
        create_score_tables(connection)
        _fill_raw(connection)
        connection.execute(_MARTS)
        _add_features(connection)
        _fill_scores(connection)
        connection.execute(_CUSTOMER_360)
        _create_relationship_marts(connection)
        connection.execute(_RELATIONSHIP)
        connection.execute(LIFECYCLE)
        connection.execute(CONVERSION)
        connection.execute(ATTRIBUTION)
        connection.execute(LOYALTY)
        connection.execute(ACQUISITION)


def _create_relationship_marts(connection: duckdb.DuckDBPyConnection) -> None:
    models = DBT_PROJECT / "models"
    for described in [models / "marts" / "customer_lifecycle.yml", *sorted((models / "relationship").rglob("*.yml"))]:
        (model,) = yaml.safe_load(described.read_text(encoding="utf-8"))["models"]
        if described.parent.name != "intermediate":
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
            connection.execute(f"create table marts.{model['name']} ({columns})")


def change(settings: Settings, *statements: str) -> None:
    """Do something to the shop."""
    with open_build_file(settings, SOURCE) as connection:
        for statement in statements:
            connection.execute(statement)


def checked(settings: Settings, gate: str) -> GateResult | GateFailed:
    """What the gate says."""
    try:
        return run_gate(settings, SOURCE, gate, AS_OF, pipeline_run_id="run-1")
    except GateFailed as failure:
        return failure


def stored(settings: Settings, query: str) -> list[tuple]:
    """Ask the shop; ``{results}`` stands for the stored outcomes."""
    with open_build_file(settings, SOURCE, read_only=True) as connection:
        return connection.execute(query.format(results="quality.validation_results")).fetchall()


def not_held(settings: Settings, gate: str, severity: str = "critical") -> set[str]:
    """Run the gate; `table: rule` of each expectation of that severity that does not hold, as stored."""
    checked(settings, gate)
    rows = stored(
        settings,
        "select table_name || ': ' || expectation from {results} where not success "
        f"and severity = '{severity}' and validated_at = (select max(validated_at) from {{results}})",
    )
    return {row[0] for row in rows}


def _fill_raw(connection: duckdb.DuckDBPyConnection) -> None:
    for name, table in load_contract().tables.items():
        load_id = f"load-{name}"
        rows = _RAW_ROWS[name]
        for number, values in enumerate(rows, start=1):
            connection.execute(
                f"insert into raw.{name} ({', '.join(table.columns)}, _load_id, _file_name, _row_number, _row_hash, "
                f"_loaded_at, _arrival_number) values ({values}, ?, ?, ?, ?, '2024-09-01', 1)",
                [load_id, f"{name}.csv", number, f"hash-{number}"],
            )
        connection.execute(
            "insert into quality.file_loads by name select ? as load_id, ? as source, ? as file_name, ? as table_name, "
            "'sha' as file_sha256, false as is_derived, ? as rows_read, ? as rows_loaded, 0 as rows_quarantined, "
            "0 as rows_already_loaded, '' as ignored_columns, timestamp '2024-09-01' as loaded_at",
            [load_id, SOURCE, f"{name}.csv", name, len(rows), len(rows)],
        )


def _fill_scores(connection: duckdb.DuckDBPyConnection) -> None:
    for table, values in _SCORES.items():
        row = {"customer_id": "c1", "as_of_date": AS_OF, "status": "scored", **values, **_ORIGIN}
        _insert(connection, table, row)
        for customer_id, reason in (("c2", "no purchase in the last 365 days"), ("c3", "no purchase yet")):
            silent = {"customer_id": customer_id, "as_of_date": AS_OF, "status": "not_eligible", "reason": reason}
            _insert(connection, table, {**silent, **_ORIGIN})
    row = {
        "subscription_id": "u1",
        "customer_id": "c1",
        "as_of_date": AS_OF,
        "status": "scored",
        **_CONTRACT,
        **_REASONS,
        **_ORIGIN,
    }
    _insert(connection, "subscription_churn", row)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, object]) -> None:
    places = ", ".join("?" for _ in row)
    connection.execute(f"insert into scores.{table} ({', '.join(row)}) values ({places})", list(row.values()))
