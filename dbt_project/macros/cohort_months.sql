{#- Every month that cohorts have lived until the run's date, the first one is 0; also those in which nobody came. A month
    still running is left out with `whole_months_only`: then all of a cohort have been watched for so long, those too that
    began on its last day. Up to 100 years. -#}
{% macro cohort_months(cohorts, whole_months_only=false) -%}
    select
        cohorts.*,
        months.month_count,
        cast({{ dbt.dateadd('month', 'months.month_count', 'cohorts.cohort_month') }} as date) as lived_month
    from {{ cohorts }} as cohorts
    cross join (
        select cast(generated_number - 1 as integer) as month_count
        from ({{ dbt.generate_series(1200) }}) as series
    ) as months
    where
        {% if whole_months_only -%}
        {{ dbt.dateadd('month', 'months.month_count + 1', 'cohorts.cohort_month') }} <= {{ run_date() }}
        {%- else -%}
        {{ dbt.dateadd('month', 'months.month_count', 'cohorts.cohort_month') }} < {{ run_date() }}
        {%- endif %}
{%- endmacro %}
