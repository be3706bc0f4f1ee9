{#- A double as a decimal. DuckDB rounds what the double times the power of ten is, a half to the even neighbour; Spark would
    round the double as it is written, half up: a cent in a hundred averages of amounts. -#}
{% macro decimal_of(number, precision, scale) -%}
    {{ adapter.dispatch('decimal_of')(number, precision, scale) }}
{%- endmacro %}

{% macro default__decimal_of(number, precision, scale) -%}
    cast({{ number }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{% macro spark__decimal_of(number, precision, scale) -%}
    cast(
        cast(rint(cast({{ number }} as double) * 1e{{ scale }}) as decimal(38, 0)) * {{ '0.' ~ '0' * (scale - 1) ~ '1' }}
        as decimal({{ precision }}, {{ scale }})
    )
{%- endmacro %}
