{#- The day so many days after (or, negative, before) a date; as a date on every engine. -#}
{% macro date_plus_days(from_date, days) -%}
    cast({{ dbt.dateadd('day', days, from_date) }} as date)
{%- endmacro %}

{#- Whole days from one date to another. -#}
{% macro days_between(from_date, to_date) -%}
    cast({{ dbt.datediff(from_date, to_date, 'day') }} as integer)
{%- endmacro %}

{#- First day of the month, as a date. -#}
{% macro month_of(a_date) -%}
    cast({{ dbt.date_trunc('month', a_date) }} as date)
{%- endmacro %}
