"""Loyalty in the small shop, by hand: c1 bought again after 152 days, c2 never; one promoter, two texts."""

LOYALTY = """
insert into marts.repeat_purchase by name select * from (values
    (date '2022-01-01', 90, 1, 1, 0, true), (date '2022-01-01', 180, 1, 1, 0, true),
    (date '2024-01-01', 90, 1, 1, 0, true), (date '2024-01-01', 180, 1, 0, 0, false)
) as t(cohort_month, window_days, cohort_customer_count, watched_customer_count, repeat_customer_count, is_complete);
insert into marts.second_order_survival by name select * from (values
    ('all', 'all', 0, 2, 0, 0, 1.0), ('all', 'all', 152, 2, 1, 0, 0.5), ('all', 'all', 902, 1, 0, 1, 0.5)
) as t(
    group_kind, group_value, days_since_first_order, at_risk_count, second_order_count, censored_count, survival_share
);
insert into marts.purchase_frequency by name
select * from (values (0, 1, 0), (1, 1, 10), (2, 1, 10)) as t(order_count, customer_count, net_amount);
insert into marts.cohort_revenue_retention by name select * from (values
    (date '2022-01-01', 0, 10), (date '2024-01-01', 0, 10), (date '2024-01-01', 5, 0)
) as t(cohort_month, months_since_first_order, net_amount);
insert into marts.loyalty_months by name select date '2024-06-01' as month, 2 as order_count_12m, 10 as net_amount_12m;
insert into marts.nps by name select 'all' as cut_by, 'all' as cut_value, 1 as answer_count, 1 as promoter_count,
    0 as passive_count, 0 as detractor_count, 100.0 as nps_points, -25.0 as lower_nps_points,
    100.0 as upper_nps_points, 2 as order_count, 1 as answered_order_count;
insert into marts.feedback_months by name select date '2024-06-01' as month, unnest(['all', 'theme']) as cut_by,
    unnest(['all', 'late']) as cut_value, 2 as text_count, 1 as negative_count, 0 as neutral_count,
    1 as positive_count, 0.5 as negative_share, 0.1 as lower_negative_share, 0.9 as upper_negative_share;
insert into marts.satisfaction_and_churn by name
select 'nps' as measure, unnest(['promoter', 'all']) as answer, 1 as answer_count, 0 as churned_answer_count,
    0.0 as churn_share, 0.0 as lower_churn_share, 0.8 as upper_churn_share;
"""
