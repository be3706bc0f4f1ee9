{#- A decimal of at most ten places, rounded half away from zero. DuckDB divides numbers of more than 18 digits bit by bit, for
    microseconds each: what fits into 18 digits, which nearly all amounts do, is rounded there. -#}
{% macro rounded(number, places) -%}
    {{ adapter.dispatch('rounded')(number, places) }}
{%- endmacro %}

{% macro spark__rounded(number, places) -%}
    round({{ number }}, {{ places }})
{%- endmacro %}

{% macro default__rounded(number, places) -%}
    coalesce(round(try_cast({{ number }} as decimal(18, 10)), {{ places }}), round({{ number }}, {{ places }}))
{%- endmacro %}
