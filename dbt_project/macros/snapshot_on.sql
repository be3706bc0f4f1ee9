{#- One date of a snapshot, with its role and, where it is off the calendar, the date of the calendar that it stands in for. -#}
{% macro snapshot_on(date, role, stands_in_for='cast(null as date)') -%}
    select
        {{ date }} as as_of_date,
        '{{ role }}' as snapshot_role,
        {{ stands_in_for }} as stands_in_for
{%- endmacro %}
