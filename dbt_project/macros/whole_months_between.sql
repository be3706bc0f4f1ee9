{#- Whole months from one date to another, as billing systems count: the last one counts when its day of the month is
reached, or the end of a month that does not have that day (31 January to 29 February is 1). -#}
{% macro whole_months_between(from_date, to_date) -%}
    cast(
        {{ dbt.datediff(from_date, to_date, 'month') }}
        - case
            when
                extract(day from {{ to_date }}) < extract(day from {{ from_date }})
                and {{ to_date }} < {{ dbt.last_day(to_date, 'month') }}
                then 1
            else 0
        end as integer
    )
{%- endmacro %}
