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

{#- The number of the piece of time that a moment lies in, where each is so many seconds long. Moments that are no further apart
    lie in the same piece or in two beside each other: by it they are joined, for Spark compares all with all otherwise. -#}
{% macro piece_of_time(moment, seconds) -%}
    cast(
        floor({{ dbt.datediff("cast('1970-01-01' as timestamp)", moment, 'second') }} / {{ [seconds, 1] | max }}) as bigint
    )
{%- endmacro %}
