{#- What to do next about a customer, and why. The first rule that fits counts; consent aside, of which there is one rule
    for all. Action and reason stand in one line, so that they cannot disagree. -#}
{% macro action_rules() -%}
    {%- set valuable = "value_tier in ('top', 'high')" -%}
    {{ return([
        {'if': "subscription_churn_risk_band = 'high'",
            'then': 'save_contract', 'because': 'a running contract is likely to end'},
        {'if': 'order_count = 0 and has_active_subscription',
            'then': 'keep_in_touch', 'because': 'a steady customer'},
        {'if': 'order_count = 0 and not has_active_subscription',
            'then': 'win_back_offer', 'because': 'likely to leave, or gone for long'},
        {'if': 'order_count = 0',
            'then': 'first_purchase_offer', 'because': 'has an account and no purchase yet'},
        {'if': "churn_risk_band = 'high' and " ~ valuable,
            'then': 'call_personally', 'because': 'among the most valuable and likely to leave'},
        {'if': "churn_risk_band = 'high' or not is_eligible",
            'then': 'win_back_offer', 'because': 'likely to leave, or gone for long'},
        {'if': 'order_count = 1',
            'then': 'second_purchase_offer', 'because': 'bought once; the second purchase makes the difference'},
        {'if': "churn_risk_band = 'low' and " ~ valuable,
            'then': 'reward_loyalty', 'because': 'among the most valuable and likely to stay'},
        {'if': 'churn_risk_band is null',
            'then': 'no_action', 'because': 'no churn score to go by'},
        {'if': 'true',
            'then': 'keep_in_touch', 'because': 'a steady customer'},
    ]) }}
{%- endmacro %}

{#- Why somebody may not be contacted. -#}
{% macro no_contact_rules() -%}
    {{ return([
        {'if': "consent_status = 'refused'", 'because': 'has refused to be contacted'},
        {'if': "consent_status = 'unsubscribed'", 'because': 'has unsubscribed'},
        {'if': 'true', 'because': 'no consent known'},
    ]) }}
{%- endmacro %}

{#- What the first of the rules that fits says: its action (`then`) or its reason (`because`). -#}
{% macro advice(what, rules) -%}
    case
        {%- for rule in rules %}
        when {{ rule['if'] }} then '{{ rule[what] }}'
        {%- endfor %}
    end
{%- endmacro %}
