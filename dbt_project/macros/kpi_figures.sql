{#-
    Figures of one mart for the KPI history: for each name its column, or the three columns of an estimate (value, lower and upper
    end). `month` is the expression of the month, `where` a condition on the rows.
-#}
{% macro kpi_figures(relation, columns, month='month', where=none) -%}
    {%- for name, found in columns.items() %}
    {%- set parts = [found] if found is string else found %}
    select
        {{ month }} as month,
        '{{ name }}' as name,
        cast({{ parts[0] }} as double) as value,
        cast({{ parts[1] if parts | length > 1 else 'null' }} as double) as lower_value,
        cast({{ parts[2] if parts | length > 1 else 'null' }} as double) as upper_value
    from {{ relation }}
    {%- if where %}
    where {{ where }}
    {%- endif %}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}
