{#- Every month since the first contract began, with the day as of which its end is looked at: the first day of the next
    month, or the run's date in the month that is in progress. The newest 1,200 months. -#}
{% macro mrr_months() -%}
    {%- set next_month = dbt.dateadd('month', '2 - series.generated_number', month_of(date_plus_days(run_date(), -1))) -%}
    select
        {{ month_of(date_plus_days('next_months.next_month', -1)) }} as month,
        least(next_months.next_month, {{ run_date() }}) as as_of_date,
        next_months.next_month <= {{ run_date() }} as is_complete_month
    from (
        select cast({{ next_month }} as date) as next_month
        from ({{ dbt.generate_series(1200) }}) as series
    ) as next_months
    inner join (
        select min(cast(started_at as date)) as first_date
        from {{ ref('dim_subscriptions') }}
    ) as contracts
        on next_months.next_month > contracts.first_date
{%- endmacro %}
