{#- An amount as it is shown, rounded once, half away from zero. DuckDB rounds decimals faster than it casts them. -#}
{% macro in_cents(amount) -%}
    cast(round({{ amount }}, 2) as decimal(18, 2))
{%- endmacro %}
