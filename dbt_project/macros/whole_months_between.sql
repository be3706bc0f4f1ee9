{#- Whole months from one date to another: the last one counts when its day of the month is reached. -#}
{% macro whole_months_between(from_date, to_date) -%}
    cast(
        {{ dbt.datediff(from_date, to_date, 'month') }}
        - case when extract(day from {{ to_date }}) < extract(day from {{ from_date }}) then 1 else 0 end as integer
    )
{%- endmacro %}
