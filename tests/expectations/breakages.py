"""For every critical rule that is a query: what to do to the good shop so that it, and what follows from it, fails."""

from __future__ import annotations

from typing import NamedTuple

from warehouse.tables.contract import load_contract


class Breakage(NamedTuple):
    """A change to the good shop, the rule it is meant to break, and the rules that must break with it."""

    rule: str  # table: rule
    statements: tuple[str, ...]
    also: frozenset[str] = frozenset()


_LOST = frozenset({"quality.file_loads: loaded_rows_are_in_raw"})
_ORPHANS = frozenset({"raw.order_items: most_lines_have_an_order"})


def _raw() -> list[Breakage]:
    cases = []
    for name, table in load_contract().tables.items():
        first = f"insert into raw.{name} by name select * replace (%s) from raw.{name} where _row_number = 1"
        cases.append(Breakage(f"raw.{name}: key_is_unique", (first % "'other' as _row_hash",), _LOST))
        cases.append(Breakage(f"raw.{name}: versions_differ", (first % "2 as _arrival_number",), _LOST))
        if table.event_time:
            future = f"update raw.{name} set {table.event_time} = '2999-01-01' where _row_number = 1"
            cases.append(Breakage(f"raw.{name}: {table.event_time}_is_not_in_the_future", (future,)))
    return cases


def _loads(*loads: tuple[int, int]) -> tuple[str, ...]:
    """Further files of orders, each (rows read, rows quarantined), one a day."""
    statements = []
    for number, (read, quarantined) in enumerate(loads, start=1):
        statements.append(
            f"insert into quality.file_loads by name select * replace ('more-{number}' as load_id, "
            f"{read} as rows_read, 0 as rows_loaded, {quarantined} as rows_quarantined, "
            f"{read - quarantined} as rows_already_loaded, loaded_at + interval {number} day as loaded_at) "
            "from quality.file_loads where load_id = 'load-orders'"
        )
        statements.append(
            f"insert into quality.quarantined_rows by name select 'more-{number}' as load_id, "
            "'orders.csv' as file_name, i as row_number, 'orders' as table_name, 'bad' as reason, '{}' as row_content, "
            f"timestamp '2024-09-02' as quarantined_at from range({quarantined}) as t(i)"
        )
    return tuple(statements)


RAW = [
    *_raw(),
    Breakage(
        "raw.orders: table_is_not_empty",
        ("delete from raw.orders", "delete from raw.subscriptions"),
        _LOST | _ORPHANS,
    ),
    Breakage(
        "raw.orders: orders_before_as_of_date",
        ("delete from raw.orders where ordered_at < '2024-07-01'",),
        _LOST | _ORPHANS,
    ),
    # Four of seven lines; three of seven are a warning.
    Breakage(
        "raw.order_items: most_lines_have_an_order",
        ("update raw.order_items set order_id = order_id || '.0' where order_id in ('o1', 'o2', 'o4')",),
    ),
    # Seven orders in three currencies: of most is the pound, of which there are three.
    Breakage(
        "raw.orders: most_currencies_have_rates",
        (
            "update raw.orders set currency = 'YEN' where order_id < 'o3'",
            "update raw.orders set currency = 'USD' where order_id > 'o5'",
        ),
    ),
    # A till without order numbers: the receipts of a month take the place of those of the month before.
    Breakage(
        "quality.file_loads: keys_of_newest_file_are_not_used_again",
        (*_loads((100, 0)), "update quality.file_loads set rows_rekeyed = 51 where load_id = 'more-1'"),
    ),
    Breakage(
        "quality.file_loads: most_rows_stand",
        (*_loads((100, 0)), "update quality.file_loads set rows_gone = 93 where load_id = 'more-1'"),
    ),
    Breakage("quality.file_loads: rows_balance", ("update quality.file_loads set rows_read = rows_read + 1",)),
    Breakage("quality.file_loads: loaded_rows_are_in_raw", ("delete from raw.order_items where order_item_id = 'i2'",)),
    Breakage(
        "quality.file_loads: quarantined_rows_are_kept",
        (*_loads((100, 1)), "delete from quality.quarantined_rows"),
    ),
    Breakage("quality.file_loads: quarantined_share_of_newest_file", _loads((1000, 0), (100, 30))),
]


def _marts(table: str, rule: str, *statements: str, also: set[str] = frozenset()) -> Breakage:
    prefixed = frozenset(f"marts.{one}" for one in also)
    return Breakage(f"marts.{table}: {rule}", statements, prefixed)


def _bridge(*stages: str) -> set[str]:
    """The rules on the steps of the bridge up to these tables or columns."""
    return {f"{stage.split('.')[0]}: revenue_up_to_{stage.replace('.', '_')}_is_explained" for stage in stages}


def _ledger(rule: str, *statements: str, also: set[str] = frozenset()) -> Breakage:
    return Breakage(f"intermediate.int_movements: {rule}", statements, frozenset(f"marts.{one}" for one in also))


def _twice(table: str, key: str) -> str:
    return f"insert into marts.{table} select * from marts.{table} where {key}"


_FLOAT = "alter table marts.{} alter column {} type double"
_FEATURES = "customer_features: "
_LINES, _ORDERS, _NET, _MONTHS = "fct_order_items", "fct_orders", "fct_orders.net_amount", "monthly_sales"
_MONTHLY = {"monthly_sales: amounts_agree_with_orders"}
_ITEMS_LEDGER = {"fct_order_items: amounts_agree_with_ledger"}
_ORDERS_LEDGER = {"fct_orders: amounts_agree_with_ledger"}
_MONTHS_LEDGER = {"monthly_sales: amounts_agree_with_ledger"}
_RAW_LEDGER = "revenue_up_to_int_movements_is_explained"
_OWED = {_FEATURES + "net_amount_agrees_with_orders"}
_O1, _I1, _C1 = "order_id = 'o1'", "order_item_id = 'i1'", "customer_id = 'c1'"

MARTS = [
    # A cent of a line is lost, and another line has it: no total sees it.
    _ledger(
        "lines_are_in_the_ledger",
        "update intermediate.int_movements set raw_amount = raw_amount + 0.01 where movement_id = 'line:i1'",
        "update intermediate.int_movements set raw_amount = raw_amount - 0.01 where movement_id = 'line:i3'",
    ),
    _ledger(
        "lines_are_in_the_ledger",
        "update intermediate.int_movements set quantity = 3 where movement_id = 'line:i1'",
    ),
    _ledger(
        "orders_are_in_the_ledger",
        "insert into raw.orders by name select * replace ('o9' as order_id) from raw.orders where order_id = 'o3'",
    ),
    _ledger(
        "stated_totals_are_in_the_ledger",
        "update raw.orders set order_amount = 8 where order_id = 'o3'",
    ),
    Breakage(
        f"intermediate.int_movements: {_RAW_LEDGER}",
        ("update intermediate.int_movements set raw_amount = 9 where movement_id = 'line:i7'",),
        frozenset({"intermediate.int_movements: lines_are_in_the_ledger"}),
    ),
    Breakage(
        "quality.amount_places: places_within_bounds",
        (
            "insert into raw.order_items by name select items.* replace ('copy ' || i as order_item_id) "
            "from raw.order_items as items, range(100) as numbers(i) where order_item_id = 'i3'",
            "insert into intermediate.int_movements select movements.* replace ('copy ' || i as movement_id, "
            "'duplicate' as movement_status, 0 as amount) from intermediate.int_movements as movements, "
            "range(100) as numbers(i) where movement_id = 'line:i3'",
        ),
    ),
    _marts("dim_customers", "key_is_unique", _twice("dim_customers", _C1)),
    _marts("dim_customers", "order_dates_in_order", "update marts.dim_customers set last_order_date = '2024-07-01'"),
    _marts("dim_products", "key_is_unique", _twice("dim_products", "product_code = 'MUG'")),
    _marts("fct_orders", "key_is_unique", _twice("fct_orders", "order_id = 'o6'"), also=_MONTHLY | _bridge(_ORDERS)),
    _marts(
        "fct_orders",
        "nothing_after_as_of_date",
        "update marts.fct_orders set reversed_at = '2024-07-01' where order_id = 'o3'",
    ),
    _marts(
        "fct_orders",
        "customers_are_known",
        "delete from marts.dim_customers where customer_id = 'c2'",
        also={_FEATURES + "customers_are_known"},
    ),
    _marts("fct_orders", "counts_are_not_negative", f"update marts.fct_orders set item_count = -1 where {_O1}"),
    _marts("fct_orders", "purchases_stand", f"update marts.fct_orders set reversed_at = '2024-06-20' where {_O1}"),
    _marts(
        "fct_orders",
        "cancelled_orders_net_to_nothing",
        "update marts.fct_orders set net_amount = 8, cancelled_amount = 0 where order_id = 'o6'",
        also=_MONTHLY | _OWED | _bridge(_MONTHS, "customer_features"),
    ),
    _marts("fct_orders", "amounts_are_decimals", _FLOAT.format("fct_orders", "fee_amount")),
    _marts(
        "fct_orders",
        "amounts_agree_with_ledger",
        "update marts.fct_orders set gross_amount = 7.51 where order_id = 'o3'",
    ),
    _marts(
        "fct_order_items",
        "key_is_unique",
        _twice("fct_order_items", "order_item_id = 'i6'"),
        also=_ITEMS_LEDGER | _bridge(_LINES),
    ),
    _marts(
        "fct_order_items", "orders_are_known", f"update marts.fct_order_items set ordered_at = '2024-01-11' where {_I1}"
    ),
    _marts("fct_order_items", "products_are_known", "delete from marts.dim_products where product_code = 'POST'"),
    _marts("fct_order_items", "amounts_are_decimals", _FLOAT.format("fct_order_items", "line_amount")),
    _marts(
        "fct_order_items",
        "amounts_agree_with_ledger",
        f"update marts.fct_order_items set line_amount = 9.98 where {_I1}",
        also=_bridge(_LINES),
    ),
    _marts(
        "customer_features",
        "key_is_unique",
        _twice("customer_features", "as_of_date = '2024-04-02'"),
    ),
    _marts(
        "customer_features",
        "features_are_not_after_as_of_date",
        "update marts.customer_features set last_order_date = '2024-07-01', days_since_last_order = 0, "
        f"first_to_last_order_days = 173 where {_C1}",
    ),
    _marts(
        "customer_features",
        "days_are_counted_to_as_of_date",
        f"update marts.customer_features set days_since_last_order = 20 where {_C1}",
    ),
    _marts("customer_features", "amounts_are_decimals", _FLOAT.format("customer_features", "net_amount")),
    _marts(
        "customer_features",
        "features_keep_their_bounds",
        f"update marts.customer_features set item_count = null where {_C1}",
    ),
    _marts(
        "customer_features", "windows_are_nested", f"update marts.customer_features set order_count_30d = 2 where {_C1}"
    ),
    _marts(
        "customer_features",
        "ineligible_customers_have_a_reason",
        "update marts.customer_features set ineligible_reason = null where customer_id = 'c2'",
    ),
    _marts(
        "customer_features",
        "purchases_are_complete",
        f"delete from marts.customer_features where {_C1}",
        also=_OWED | _bridge("customer_features"),
    ),
    _marts(
        "customer_features",
        "customers_are_known",
        "insert into marts.customer_features by name select * replace ('c9' as customer_id) "
        "from marts.customer_features where as_of_date = '2024-04-02'",
    ),
    _marts("monthly_sales", "key_is_unique", _twice(_MONTHS, "net_amount < 10"), also=_bridge(_MONTHS)),
    _marts(
        "monthly_sales",
        "amounts_agree_with_orders",
        "update marts.monthly_sales set net_amount = net_amount - 0.03 where order_month = '2024-01-01'",
        also=_bridge(_MONTHS),
    ),
    # Within what rounding the orders may do, but not what the ledger says.
    _marts(
        "monthly_sales",
        "amounts_agree_with_ledger",
        "update marts.monthly_sales set gross_amount = gross_amount - 0.01 where order_month = '2024-01-01'",
    ),
    # The sum is right, the customers are not.
    _marts(
        "customer_features",
        "net_amount_agrees_with_orders",
        "update marts.customer_features set net_amount = case customer_id when 'c1' then 11 else 9 end",
    ),
    # A line of an order that the ledger does not know.
    _marts(
        "fct_order_items",
        "revenue_up_to_fct_order_items_is_explained",
        "insert into marts.fct_order_items values ('i8', 'o3', 'MUG', 'goods', 1, 7.5, 7.5, '2024-03-10 10:00', "
        "null, null)",
        also=_ITEMS_LEDGER,
    ),
    _marts(
        "fct_orders",
        "revenue_up_to_fct_orders_is_explained",
        "update marts.fct_orders set adjustment_amount = 1 where order_id = 'o2'",
        also=_ORDERS_LEDGER | _MONTHLY,
    ),
    _marts(
        "fct_orders",
        "revenue_up_to_fct_orders_net_amount_is_explained",
        f"update marts.fct_orders set shipping_amount = null where {_O1}",
    ),
    _marts(
        "monthly_sales",
        "revenue_up_to_monthly_sales_is_explained",
        "delete from marts.monthly_sales where order_month = '2024-01-01'",
        also=_MONTHLY | _MONTHS_LEDGER,
    ),
    _marts(
        "customer_features",
        "revenue_up_to_customer_features_is_explained",
        f"update marts.customer_features set net_amount = 9.90 where {_C1}",
        also=_OWED,
    ),
    _marts("customer_labels", "key_is_unique", _twice("customer_labels", "true")),
    _marts("customer_labels", "amounts_are_decimals", _FLOAT.format("customer_labels", "future_net_amount")),
    _marts("customer_labels", "windows_are_closed", "update marts.customer_labels set clv_horizon_days = 91"),
    _marts("customer_labels", "features_exist", "update marts.customer_labels set as_of_date = '2024-04-01'"),
    _marts("customer_labels", "labels_agree", "update marts.customer_labels set is_churned = false"),
    _marts("customer_rfm", "key_is_unique", _twice("customer_rfm", _C1)),
    _marts("customer_rfm", "scores_are_fifths", f"update marts.customer_rfm set monetary_score = 6 where {_C1}"),
    _marts("customer_rfm", "scores_are_named", f"update marts.customer_rfm set rfm_segment_name = null where {_C1}"),
    _marts("customer_rfm", "customers_are_complete", f"delete from marts.customer_rfm where {_C1}"),
    _marts(
        "fct_orders",
        "table_is_not_empty",
        "delete from marts.fct_orders",
        "delete from marts.dim_subscriptions",
        also={
            "dim_subscriptions: contracts_are_complete",
            "fct_order_items: orders_are_known",
            "customer_features: purchases_are_complete",
        }
        | _ORDERS_LEDGER
        | _MONTHLY
        | _OWED
        | _bridge(_ORDERS, _MONTHS, "customer_features"),
    ),
    _marts("dim_subscriptions", "key_is_unique", _twice("dim_subscriptions", "true")),
    _marts("dim_subscriptions", "contracts_are_complete", "update marts.dim_subscriptions set subscription_id = 'u2'"),
    _marts("dim_subscriptions", "nothing_after_as_of_date", "update marts.dim_subscriptions set is_active = false"),
    _marts("subscription_features", "key_is_unique", _twice("subscription_features", "true")),
    _marts(
        "subscription_features",
        "features_keep_their_bounds",
        "update marts.subscription_features set tenure_months = -1",
    ),
    _marts(
        "subscription_features",
        "features_fit_their_date",
        "update marts.subscription_features set ineligible_reason = 'none'",
    ),
]


def _scores() -> list[Breakage]:
    cases = []
    for table, column in (
        ("customer_segments", "segment_name"),
        ("customer_churn", "churn_risk_band"),
        ("customer_clv", "value_tier"),
    ):
        name = f"scores.{table}"
        cases += [
            Breakage(
                f"{name}: key_is_unique",
                (f"insert into {name} select * from {name} where {_C1}",),
                frozenset({f"{name}: every_customer_has_one_answer"}),
            ),
            Breakage(f"{name}: every_customer_has_one_answer", (f"delete from {name} where customer_id = 'c2'",)),
            Breakage(
                f"{name}: reason_or_origin_is_given", (f"update {name} set reason = ' ' where customer_id = 'c2'",)
            ),
            Breakage(f"{name}: scored_rows_are_filled", (f"update {name} set {column} = null where {_C1}",)),
            Breakage(
                f"{name}: scored_share",
                (
                    "update marts.customer_features set is_eligible = true",
                    f"update {name} set status = 'refused' where customer_id = 'c2'",
                ),
                frozenset(
                    f"scores.{other}: scored_share" for other in ("customer_segments", "customer_churn", "customer_clv")
                ),
            ),
        ]
    return cases


def _clv(rule: str, change: str, *also: str) -> Breakage:
    statement = f"update scores.customer_clv set {change} where {_C1}"
    return Breakage(
        f"scores.customer_clv: {rule}", (statement,), frozenset(f"scores.customer_clv: {one}" for one in also)
    )


def _contract(rule: str, change: str) -> Breakage:
    return Breakage(f"scores.subscription_churn: {rule}", (f"update scores.subscription_churn set {change}",))


SCORES = [
    *_scores(),
    Breakage(
        "scores.customer_segments: totals_are_finite",
        ("update scores.customer_segments set distance_to_center = 'nan'",),
    ),
    Breakage(
        "scores.customer_segments: segment_names_are_stable",
        (
            "update scores.customer_segments set status = 'scored', segment_id = 1, segment_name = 'others' "
            "where customer_id = 'c2'",
        ),
    ),
    Breakage(
        "scores.customer_churn: totals_are_finite", ("update scores.customer_churn set churn_probability = 'infinity'",)
    ),
    _clv("totals_are_finite", "expected_order_count = 'infinity'"),
    _clv("interval_holds_prediction", "predicted_lower_amount = 2.51"),
    _clv("total_is_historic_plus_predicted", "total_amount = 12.52"),
    _clv("orders_times_amount_is_predicted", "expected_order_count = 0.41"),
    _clv("at_stake_is_at_least_predicted", "value_at_stake_amount = 2.49"),
    _clv("historic_amount_agrees_with_features", "historic_amount = 9.99, total_amount = 12.49"),
    Breakage(
        "scores.subscription_churn: key_is_unique",
        ("insert into scores.subscription_churn select * from scores.subscription_churn",),
    ),
    _contract("scored_rows_are_filled", "churn_risk_band = null"),
    _contract("totals_are_finite", "expected_remaining_months = 'nan', remaining_horizon_months = null"),
    Breakage("scores.subscription_churn: every_contract_has_one_answer", ("delete from scores.subscription_churn",)),
    _contract("reason_or_origin_is_given", "status = 'refused'"),
    _contract("survival_falls", "survival_6m_probability = 0.95"),
]

_360 = "marts.customer_360"
ACTIVATION = [
    Breakage(f"{_360}: key_is_unique", (f"insert into {_360} select * from {_360} where customer_id = 'c3'",)),
    Breakage(f"{_360}: customers_are_complete", (f"delete from {_360} where customer_id = 'c3'",)),
    Breakage(
        f"{_360}: profile_is_of_as_of_date",
        (f"update {_360} set as_of_date = '2024-06-30' where customer_id = 'c3'",),
    ),
    Breakage(
        f"{_360}: net_amount_agrees_with_features",
        (f"update {_360} set net_amount = case customer_id when 'c1' then 11 else 9 end where net_amount > 0",),
    ),
    Breakage(
        f"{_360}: revenue_up_to_customer_360_is_explained",
        (f"update {_360} set net_amount = 9.99 where {_C1}",),
        frozenset({f"{_360}: net_amount_agrees_with_features"}),
    ),
    Breakage(
        f"{_360}: churn_probability_agrees_with_scores", (f"update {_360} set churn_probability = 0.5 where {_C1}",)
    ),
    Breakage(
        f"{_360}: predicted_amount_agrees_with_scores", (f"update {_360} set clv_status = 'refused' where {_C1}",)
    ),
    Breakage(f"{_360}: consent_is_respected", (f"update {_360} set next_best_action = 'call_personally' where {_C1}",)),
    Breakage(f"{_360}: longer_horizons_hold_more", (f"update {_360} set predicted_180d_amount = 2.49 where {_C1}",)),
    Breakage(
        f"{_360}: longer_horizons_hold_more",
        (f"update {_360} set predicted_180d_amount = null, predicted_365d_amount = 2.49 where {_C1}",),
    ),
]

_MRR, _CONTRACTS, _PLANS = "marts.mrr_movements", "marts.contract_mrr_months", "marts.mrr_by_plan"
_ADD_UP = f"{_CONTRACTS}: contracts_and_customers_add_up_to_the_months"
_PLANS_ADD_UP = f"{_PLANS}: plans_add_up_to_the_months"
_FEBRUARY = "where month = '2024-02-01'"
CONTRACTS = [
    Breakage(
        f"{_MRR}: movements_add_up",
        (f"update {_MRR} set new_mrr_amount = 0.01 {_FEBRUARY}",),
        frozenset({_PLANS_ADD_UP}),
    ),
    Breakage(
        f"{_MRR}: months_follow_each_other",
        (
            f"update {_MRR} set opening_mrr_amount = 0, new_mrr_amount = 9.9 {_FEBRUARY}",
            f"update {_PLANS} set opening_mrr_amount = 0, new_mrr_amount = 9.9 {_FEBRUARY}",
        ),
    ),
    Breakage(f"{_MRR}: newest_month_is_what_runs", ("update marts.dim_subscriptions set monthly_amount = 9.91",)),
    Breakage(f"{_MRR}: shares_are_shares", (f"update {_MRR} set logo_churn_share = 1.01 {_FEBRUARY}",)),
    Breakage(_ADD_UP, (f"update {_CONTRACTS} set mrr_amount = 9.89 {_FEBRUARY}",)),
    Breakage(
        f"{_CONTRACTS}: every_contract_is_told_of",
        (f"update {_MRR} set unseen_contract_count = 1 {_FEBRUARY}",),
    ),
    Breakage(_PLANS_ADD_UP, (f"update {_PLANS} set moved_in_mrr_amount = 1, moved_out_mrr_amount = 1 {_FEBRUARY}",)),
]

_KPIS = "marts.kpis"
_COVERAGE = "marts.relationship_coverage"
_LIFE = "marts.customer_lifecycle"
_MOVES = "marts.lifecycle_moves"
_STAGES = "marts.lifecycle_months"
_RATES = "marts.lifecycle_rates"
_NEWEST = "month = date '2024-06-01' and customer_id = 'c3'"
_STAGE_SUMS = frozenset({f"{_STAGES}: stages_are_the_sum_of_their_customers"})
LIFECYCLE = [
    Breakage(
        f"{_LIFE}: every_customer_stands_in_the_newest_month",
        (f"delete from {_LIFE} where {_NEWEST}",),
        _STAGE_SUMS,
    ),
    Breakage(
        f"{_LIFE}: no_month_of_a_customer_is_missing",
        (f"delete from {_LIFE} where month = date '2024-02-01' and customer_id = 'c1'",),
        _STAGE_SUMS,
    ),
    Breakage(
        f"{_LIFE}: net_amounts_are_those_of_the_orders",
        (f"update {_LIFE} set net_amount = net_amount + 0.01 where {_NEWEST}",),
        _STAGE_SUMS,
    ),
    Breakage(f"{_LIFE}: the_overdue_are_at_risk_or_lapsed", ("update marts.customer_360 set is_overdue = true",)),
    Breakage(
        f"{_MOVES}: moves_from_a_stage_are_its_customers",
        (f"update {_MOVES} set net_amount_before = net_amount_before + 1 where from_stage = 'active'",),
    ),
    Breakage(
        f"{_MOVES}: moves_to_a_stage_are_its_customers",
        (f"update {_MOVES} set net_amount = net_amount + 1 where to_stage = 'active'",),
    ),
    Breakage(
        f"{_STAGES}: stages_are_the_sum_of_their_customers",
        (f"update {_STAGES} set order_count = order_count + 1 where stage = 'active'",),
    ),
    Breakage(f"{_RATES}: live_customers_are_conserved", (f"update {_RATES} set churned_count = churned_count + 1",)),
    Breakage(
        f"{_RATES}: net_amounts_add_up_to_the_orders", (f"update {_RATES} set guest_net_amount = guest_net_amount + 1",)
    ),
]
_CAMPAIGNS = "marts.campaign_effects"
CAMPAIGNS = [
    Breakage(
        f"{_CAMPAIGNS}: everybody_chosen_counts_once", (f"update {_CAMPAIGNS} set control_count = 2, control_mean = 0",)
    ),
    Breakage(
        f"{_CAMPAIGNS}: campaigns_agree_with_the_orders",
        (f"update {_CAMPAIGNS} set treated_mean = 5.02 where outcome = 'spend'",),
    ),
    Breakage(f"{_CAMPAIGNS}: intervals_hold_their_estimates", (f"update {_CAMPAIGNS} set lower_effect = effect + 1",)),
    Breakage(
        "marts.campaign_summary: channels_are_their_campaigns",
        ("update marts.campaign_summary set incremental_order_count = 2",),
    ),
]
_REPEAT = "marts.repeat_purchase"
_CURVE = "marts.second_order_survival"
_FREQUENCY = "marts.purchase_frequency"
_COHORTS = "marts.cohort_revenue_retention"
_YEARS = "marts.loyalty_months"
_NPS = "marts.nps"
_TEXTS = "marts.feedback_months"
_SATISFACTION = "marts.satisfaction_and_churn"
LOYALTY = [
    Breakage(
        f"{_REPEAT}: longer_windows_hold_more",
        (f"update {_REPEAT} set repeat_customer_count = 1 where window_days = 90",),
    ),
    Breakage(
        f"{_CURVE}: everyone_leaves_the_curve_once",
        (f"update {_CURVE} set survival_share = 0.6 where days_since_first_order = 902",),
    ),
    Breakage(f"{_CURVE}: the_curve_is_of_all_buyers", (f"delete from {_CURVE} where days_since_first_order = 902",)),
    Breakage(
        f"{_FREQUENCY}: customers_and_money_are_all", (f"update {_FREQUENCY} set net_amount = net_amount + 0.01",)
    ),
    Breakage(
        f"{_COHORTS}: net_amounts_of_cohorts_are_those_of_their_orders",
        (f"delete from {_COHORTS} where cohort_month = date '2022-01-01'",),
    ),
    Breakage(f"{_YEARS}: years_are_the_sum_of_their_orders", (f"update {_YEARS} set order_count_12m = 3",)),
    Breakage(f"{_NPS}: scores_follow_from_their_counts", (f"update {_NPS} set passive_count = 1",)),
    Breakage(f"{_TEXTS}: labels_are_all_texts", (f"update {_TEXTS} set neutral_count = 1 where cut_by = 'theme'",)),
    Breakage(f"{_TEXTS}: each_cut_holds_every_text", (f"delete from {_TEXTS} where cut_by = 'all'",)),
    Breakage(
        f"{_SATISFACTION}: answers_add_up_to_all",
        (f"update {_SATISFACTION} set answer_count = 2 where answer = 'promoter'",),
    ),
]
RELATIONSHIP = [
    *LIFECYCLE,
    *LOYALTY,
    *CAMPAIGNS,
    Breakage(f"{_COVERAGE}: an_empty_mart_says_why", (f"update {_COVERAGE} set reason = null",)),
    Breakage(f"{_KPIS}: intervals_hold_their_value", (f"update {_KPIS} set lower_value = value + 1",)),
    *CONTRACTS,
    Breakage(f"{_KPIS}: net_sales_add_up_to_the_orders", (f"update {_KPIS} set value = value + 0.01",)),
]

_SESSIONS, _LINKAGE, _FUNNEL = "marts.fct_sessions", "marts.conversion_linkage", "marts.conversion_funnel"
_FUNNEL_MONTHS = frozenset({f"{_FUNNEL}: sessions_and_money_are_those_of_fct_sessions"})
RELATIONSHIP += [
    Breakage(f"{_SESSIONS}: nothing_after_as_of_date", (f"update {_SESSIONS} set last_event_at = '2024-07-01'",)),
    Breakage(
        f"{_SESSIONS}: linked_orders_are_those_of_the_months",
        (f"update {_SESSIONS} set linked_net_amount = 5.01 where session_id = 's1'",),
        _FUNNEL_MONTHS,
    ),
    Breakage(
        f"{_LINKAGE}: money_adds_up_to_the_orders",
        (f"update {_LINKAGE} set unlinked_net_amount = unlinked_net_amount + 0.01 where month = '2024-01-01'",),
    ),
    Breakage(f"{_LINKAGE}: purchase_events_are_accounted_for", (f"update {_LINKAGE} set repeated_event_count = 1",)),
    Breakage(f"{_FUNNEL}: steps_never_rise", (f"update {_FUNNEL} set basket_session_count = session_count + 1",)),
    Breakage(f"{_FUNNEL}: sessions_and_money_are_those_of_fct_sessions", (f"delete from {_FUNNEL}",)),
    Breakage(
        "marts.abandoned_baskets: baskets_are_of_sessions_without_an_order",
        ("update marts.abandoned_baskets set session_id = 's1'",),
    ),
    Breakage(
        "marts.abandoned_baskets: nobody_is_contacted_without_consent",
        ("update marts.abandoned_baskets set may_be_contacted = true",),
    ),
    # A cent goes from one contact of an order to nobody; from one order to another.
    Breakage(
        "marts.attribution_touches: every_purchase_is_shared_out_whole",
        ("update marts.attribution_touches set linear_amount = linear_amount - 0.01 where touch_number = 2",),
    ),
    Breakage(
        "marts.attribution_touches: every_purchase_is_shared_out_whole",
        ("update marts.attribution_touches set order_id = 'o4' where order_id = 'o2'",),
    ),
    Breakage(
        "marts.channel_attribution: channels_add_up_to_all_purchases",
        ("update marts.channel_attribution set net_amount = net_amount + 0.01 where attribution_model = 'linear'",),
    ),
]

_WON, _REVENUE = "marts.acquisition_monthly", "marts.revenue_new_and_returning"
_PAYBACK = "marts.acquisition_payback: every_cohort_has_paid_back_or_says_why_not"
RELATIONSHIP += [
    Breakage(
        f"{_WON}: new_customers_are_those_who_first_bought",
        (
            f"update {_WON} set new_customer_count = 2 where month = '2024-01-01'",
            "update marts.acquisition_payback set new_customer_count = 2 where cohort_month = '2024-01-01'",
        ),
    ),
    Breakage(f"{_WON}: their_money_is_that_of_their_orders", (f"update {_WON} set net_amount = net_amount + 0.01",)),
    Breakage(_PAYBACK, ("update marts.acquisition_payback set no_payback_reason = null",)),
    Breakage(_PAYBACK, ("delete from marts.acquisition_payback where cohort_month = '2022-01-01'",)),
    # A cent of a guest is said to be a new customer's.
    Breakage(
        f"{_REVENUE}: parts_add_up_to_the_orders",
        (f"update {_REVENUE} set guest_net_amount = 7.49, new_net_amount = 0.01 where month = '2024-03-01'",),
    ),
    Breakage(
        f"{_REVENUE}: parts_add_up_to_the_orders",
        (f"update {_REVENUE} set new_net_amount = 9.99, net_amount = 9.99 where month = '2024-01-01'",),
    ),
]

BREAKAGES = {"raw": RAW, "marts": MARTS, "scores": SCORES, "activation": [*ACTIVATION, *RELATIONSHIP]}
