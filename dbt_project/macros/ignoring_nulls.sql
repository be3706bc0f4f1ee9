{#- A window function over the values that are known, such as the last one: engines put the same words in other places. -#}
{% macro ignoring_nulls(function, value) -%}
    {{ adapter.dispatch('ignoring_nulls')(function, value) }}
{%- endmacro %}

{% macro default__ignoring_nulls(function, value) -%}
    {{ function }}({{ value }} ignore nulls)
{%- endmacro %}

{% macro spark__ignoring_nulls(function, value) -%}
    {{ function }}({{ value }}) ignore nulls
{%- endmacro %}
