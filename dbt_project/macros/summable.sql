{#- A double of everyday size as a decimal: sums of it are the same in whatever order the rows come. -#}
{% macro summable(number) -%}
    cast({{ number }} as decimal(38, 15))
{%- endmacro %}
