{#- What to do next about a customer, and why. The first rule that fits counts; consent aside, of which there is one rule
    for all. Action and reason stand in one line, so that they cannot disagree; a reason is SQL, so that it can name the
    customer's own numbers. -#}
{% macro action_rules() -%}
    {%- set valuable = "value_tier in ('top', 'high')" -%}
    {%- set last_bought -%}
        'last bought ' || days_since_last_order || ' days ago'
        || case
            when mean_order_gap_days < 1.5 then ', before that every day on average'
            when mean_order_gap_days is not null
                then ', before that every ' || cast({{ rounded_half_even('mean_order_gap_days', 0) }} as integer) || ' days on average'
            else ''
        end
    {%- endset -%}
    {{ return([
        {'if': "subscription_churn_risk_band = 'high'",
            'then': 'save_contract', 'because': "'a running contract is likely to end'"},
        {'if': 'order_count = 0 and has_active_subscription',
            'then': 'keep_in_touch', 'because': "'has a running contract and no purchase yet'"},
        {'if': 'order_count = 0 and not has_active_subscription',
            'then': 'win_back_offer', 'because': "'had a contract, and has none any more'"},
        {'if': 'order_count = 0 and not has_account',
            'then': 'no_action', 'because': "'no account, and no purchase that stands'"},
        {'if': 'order_count = 0',
            'then': 'first_purchase_offer', 'because': "'has an account and no purchase yet'"},
        {'if': 'not is_eligible and is_overdue',
            'then': 'win_back_offer', 'because': "'gone for long: ' || " ~ last_bought},
        {'if': 'not is_eligible',
            'then': 'keep_in_touch', 'because': "'buys seldom, and is not overdue: ' || " ~ last_bought},
        {'if': "churn_risk_band = 'high' and is_overdue and " ~ valuable,
            'then': 'call_personally',
            'because': "'among the most valuable if they stay, and likely to leave: ' || " ~ last_bought},
        {'if': "is_overdue and (value_tier = 'top' or (value_tier = 'high' and churn_risk_band = 'medium'))",
            'then': 'call_personally',
            'because': "'among the most valuable if they stay, and silent for longer than usual: ' || " ~ last_bought},
        {'if': "churn_risk_band = 'high' and is_overdue",
            'then': 'win_back_offer', 'because': "'likely to leave: ' || " ~ last_bought},
        {'if': 'order_count = 1',
            'then': 'second_purchase_offer',
            'because': "'bought once, ' || days_since_last_order || ' days ago; the second purchase makes the difference'"},
        {'if': 'churn_risk_band is null',
            'then': 'no_action', 'because': "'no churn score to go by'"},
        {'if': 'is_overdue',
            'then': 'keep_in_touch', 'because': "'silent for longer than usual: ' || " ~ last_bought},
        {'if': "churn_risk_band = 'low' and " ~ valuable,
            'then': 'reward_loyalty', 'because': "'among the most valuable if they stay, and likely to stay'"},
        {'if': "churn_risk_band = 'low'",
            'then': 'keep_in_touch', 'because': "'likely to stay'"},
        {'if': "churn_risk_band = 'high' and days_since_last_order < " ~ var('overdue_minimum_days'),
            'then': 'keep_in_touch', 'because': "'unlikely to buy soon, though the last purchase is not long ago: ' || " ~ last_bought},
        {'if': "churn_risk_band = 'high'",
            'then': 'keep_in_touch', 'because': "'unlikely to buy soon, but not overdue: ' || " ~ last_bought},
        {'if': 'true',
            'then': 'keep_in_touch', 'because': "'may stay or leave: ' || " ~ last_bought},
    ]) }}
{%- endmacro %}

{#- Why somebody may not be contacted. -#}
{% macro no_contact_rules() -%}
    {{ return([
        {'if': "consent_status = 'refused'", 'because': "'has refused to be contacted'"},
        {'if': "consent_status = 'unsubscribed'", 'because': "'has unsubscribed'"},
        {'if': 'true', 'because': "'no consent known'"},
    ]) }}
{%- endmacro %}

{#- What the first of the rules that fits says: its action (`then`) or its reason (`because`). -#}
{% macro advice(what, rules) -%}
    case
        {%- for rule in rules %}
        when {{ rule['if'] }} then {{ "'" ~ rule['then'] ~ "'" if what == 'then' else rule[what] }}
        {%- endfor %}
    end
{%- endmacro %}
