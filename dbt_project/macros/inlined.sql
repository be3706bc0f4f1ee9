{#-
    For a wide CTE that several others read, each of them few of its rows or columns: `items as {{ inlined() }} (`. DuckDB would
    keep all of it, for which a large shop has no memory.
-#}
{% macro inlined() -%}
    {{ adapter.dispatch('inlined')() }}
{%- endmacro %}

{% macro default__inlined() -%}
    not materialized
{%- endmacro %}

{#- Spark keeps none. -#}
{% macro spark__inlined() -%}
{%- endmacro %}
