{#- An amount in decimals as it is shown, rounded once, half away from zero. -#}
{% macro in_cents(amount) -%}
    cast({{ rounded(amount, 2) }} as decimal(18, 2))
{%- endmacro %}
