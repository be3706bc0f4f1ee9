{#- What a whole number of units is worth, exactly: nothing to round, which is slow (macro rounded). Null for parts of units. -#}
{% macro units_worth(quantity, price) -%}
    case when {{ quantity }} = round({{ quantity }}, 0) then cast(round({{ quantity }}, 0) as decimal(12, 0)) * {{ price }} end
{%- endmacro %}
