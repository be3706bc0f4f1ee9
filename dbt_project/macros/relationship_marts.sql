{#- The marts of models/relationship, and customer_lifecycle, with what each needs of the source: names of
    `relationship_needs()`. Of a mart without rows the first need that is not met is the reason; where all are met, what
    stands under `otherwise`. -#}
{% macro relationship_marts() -%}
    {{ return({
        'campaign_effects': {'needs': ['campaigns'], 'otherwise': 'No campaign has begun.'},
        'campaign_effects_by_segment': {'needs': ['campaigns', 'campaign_touches'],
            'otherwise': 'Nobody was chosen for a campaign that has begun.'},
        'campaign_balance': {'needs': ['campaigns', 'campaign_touches'],
            'otherwise': 'No campaign has a control group.'},
        'campaign_summary': {'needs': ['campaigns'], 'otherwise': 'No campaign has begun.'},
        'kpis': {'needs': ['orders'], 'otherwise': 'No family of marts gives a figure.'},
        'contract_mrr_months': {'needs': ['contracts'], 'otherwise': 'All contracts began and ended within a month.'},
        'customer_mrr_months': {'needs': ['contracts'], 'otherwise': 'All contracts began and ended within a month.'},
        'mrr_movements': {'needs': ['contracts'], 'otherwise': 'No contract began before the run’s date.'},
        'mrr_by_plan': {'needs': ['contracts'], 'otherwise': 'All contracts began and ended within a month.'},
        'mrr_plan_moves': {'needs': ['contracts'], 'otherwise': 'No customer went from one plan to another.'},
        'customer_lifecycle': {'needs': ['customers'], 'otherwise': 'No customer is known yet.'},
        'lifecycle_moves': {'needs': ['customers'], 'otherwise': 'No customer is known yet.'},
        'lifecycle_months': {'needs': ['customers'], 'otherwise': 'No customer is known yet.'},
        'lifecycle_rates': {'needs': ['customers'], 'otherwise': 'No customer is known yet.'},
        'fct_sessions': {'needs': ['events'], 'otherwise': 'No event says whose it was or in which session.'},
        'conversion_funnel': {'needs': ['events'], 'otherwise': 'No event says whose it was or in which session.'},
        'conversion_linkage': {'needs': ['events'], 'otherwise': 'The source has only events of unsubscribing.'},
        'abandoned_baskets': {'needs': ['events'], 'otherwise': 'No basket was left behind.'},
        'product_conversion': {'needs': ['events'], 'otherwise': 'No event names a product.'},
        'attribution_touches': {'needs': ['purchases'], 'otherwise': 'There is nothing to credit.'},
        'channel_attribution': {'needs': ['purchases'], 'otherwise': 'There is nothing to credit.'},
        'channel_removal_effects': {'needs': ['contacts'], 'otherwise': 'No journey has ended yet.'},
        'repeat_purchase': {'needs': ['purchases'], 'otherwise': 'No purchase is known yet.'},
        'second_order_survival': {'needs': ['purchases'], 'otherwise': 'No purchase is known yet.'},
        'purchase_frequency': {'needs': ['customers'], 'otherwise': 'No customer is known yet.'},
        'cohort_revenue_retention': {'needs': ['purchases'], 'otherwise': 'No purchase is known yet.'},
        'loyalty_months': {'needs': ['purchases'], 'otherwise': 'No purchase is known yet.'},
        'nps': {'needs': ['feedback', 'recommendations'], 'otherwise': 'No answer is new enough.'},
        'satisfaction_and_churn': {'needs': ['feedback'],
            'otherwise': 'No answer of a known customer is as old as the churn horizon.'},
        'feedback_months': {'needs': ['feedback'], 'otherwise': 'No text has been read (the job feedback_sentiment).'},
        'acquisition_monthly': {'needs': ['dated_customers'], 'otherwise': 'No customer was won before the run’s date.'},
        'acquisition_payback': {'needs': ['purchases'], 'otherwise': 'No cohort has bought yet.'},
        'revenue_new_and_returning': {'needs': ['orders'], 'otherwise': 'There are no months yet.'},
    }) }}
{%- endmacro %}

{#- What a source may lack: which rows are looked for (known before the run's date), and what is said if there are none. -#}
{% macro relationship_needs() -%}
    {%- set known = ' < ' ~ run_date() -%}
    {{ return({
        'customers': {'from': 'dim_customers', 'where': 'true',
            'reason': 'The source has no customers before the run’s date.'},
        'orders': {'from': 'fct_orders', 'where': 'true',
            'reason': 'The source has no orders.'},
        'purchases': {'from': 'fct_orders', 'where': 'is_purchase',
            'reason': 'The source has no purchases of known customers.'},
        'feedback': {'from': 'stg_feedback', 'where': 'given_at' ~ known,
            'reason': 'The source has no feedback.'},
        'recommendations': {'from': 'stg_feedback', 'where': 'nps_score is not null and given_at' ~ known,
            'reason': 'The source has no answers to “would you recommend us”.'},
        'events': {'from': 'stg_events', 'where': 'occurred_at' ~ known,
            'reason': 'The source has no events.'},
        'campaigns': {'from': 'stg_campaigns', 'where': 'started_at' ~ known,
            'reason': 'The source has no campaigns.'},
        'campaign_touches': {'from': 'stg_campaign_touches', 'where': 'touched_at' ~ known,
            'reason': 'The source does not say who was chosen for a campaign.'},
        'acquisition_costs': {'from': 'dim_customers', 'where': 'acquisition_cost_amount is not null',
            'reason': 'The source does not say what winning a customer cost.'},
        'dated_customers': {'from': 'int_acquired_customers', 'where': 'acquired_at is not null',
            'reason': 'The source has neither purchases of known customers nor dates of registration.'},
        'contacts': {'from': 'int_contacts', 'where': 'true',
            'reason': 'The source knows neither contacts of campaigns nor how customers were won.'},
        'contracts': {'from': 'stg_subscriptions', 'where': 'started_at' ~ known,
            'reason': 'The source has no contracts.'},
    }) }}
{%- endmacro %}
