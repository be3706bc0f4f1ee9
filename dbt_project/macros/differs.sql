{#- Whether two values are not the same; nothing is the same as nothing. -#}
{% macro differs(one, other) -%}
    not coalesce({{ one }} = {{ other }}, {{ one }} is null and {{ other }} is null)
{%- endmacro %}
