{#- The models by which orders are credited to contacts, in the order of the columns of attribution_touches. -#}
{% macro attribution_models() -%}
    {{ return(['first_touch', 'last_touch', 'linear', 'position_based', 'time_decay', 'removal_effect']) }}
{%- endmacro %}
