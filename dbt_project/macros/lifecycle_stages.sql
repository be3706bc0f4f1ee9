{#- In which stage a customer stands when a day begins: the first rule that fits counts. What they look at are the columns of
    customer_lifecycle; a reader of the mart can check each of them on its row. -#}
{% macro lifecycle_rules() -%}
    {%- set overdue = 'days_since_last_order >= overdue_after_days' -%}
    {%- set fresh = ' < ' ~ var('churn_horizon_days') -%}
    {{ return([
        {'if': 'is_gone', 'then': 'lapsed'},
        {'if': overdue, 'then': 'at_risk'},
        {'if': 'order_day_count = 0 and first_contract_date is null', 'then': 'prospect'},
        {'if': days_between('returned_date', 'evaluated_on') ~ fresh, 'then': 'won_back'},
        {'if': days_between('coalesce(first_order_date, first_contract_date)', 'evaluated_on') ~ fresh, 'then': 'new'},
        {'if': 'recent_order_day_count > earlier_order_day_count and earlier_order_day_count > 0'
            ~ ' and recent_net_amount >= ' ~ (1 + var('growth_minimum_share')) ~ ' * earlier_net_amount', 'then': 'growing'},
        {'if': 'true', 'then': 'active'},
    ]) }}
{%- endmacro %}

{#- All stages, in the order in which they are shown. -#}
{% macro lifecycle_stages() -%}
    {{ return(['prospect', 'new', 'active', 'growing', 'at_risk', 'lapsed', 'won_back']) }}
{%- endmacro %}

{#- Whether a stage is one of those whom the shop has: bought, and not lapsed. -#}
{% macro is_live(stage) -%}
    {{ stage }} in ('new', 'active', 'growing', 'at_risk', 'won_back')
{%- endmacro %}
