{#- A double as a decimal. DuckDB rounds what the double times the power of ten is, half away from zero; Spark's cast rounds the
    number as it is written: 3.8049999999999997, times 100 in doubles 380.5, is 3.81 in one and 3.80 in the other. -#}
{% macro decimal_of(number, precision, scale) -%}
    {{ adapter.dispatch('decimal_of')(number, precision, scale) }}
{%- endmacro %}

{% macro default__decimal_of(number, precision, scale) -%}
    cast({{ number }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{% macro spark__decimal_of(number, precision, scale) -%}
    cast(
        cast(round(cast({{ number }} as double) * 1e{{ scale }}, 0) as decimal(38, 0)) * {{ '0.' ~ '0' * (scale - 1) ~ '1' }}
        as decimal({{ precision }}, {{ scale }})
    )
{%- endmacro %}
