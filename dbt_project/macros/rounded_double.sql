{#- A double rounded to so many places: the double times the power of ten, a half away from zero. Spark would round the
    double as it is written. -#}
{% macro rounded_double(number, places) -%}
    {{ adapter.dispatch('rounded_double')(number, places) }}
{%- endmacro %}

{% macro default__rounded_double(number, places) -%}
    round({{ number }}, {{ places }})
{%- endmacro %}

{% macro spark__rounded_double(number, places) -%}
    sign({{ number }}) * floor(abs({{ number }}) * 1e{{ places }} + 0.5D) / 1e{{ places }}
{%- endmacro %}
