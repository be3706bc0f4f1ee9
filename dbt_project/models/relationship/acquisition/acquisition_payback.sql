with

cohorts as (

    select * from {{ ref('int_cohort_paybacks') }}
    where not is_all_channels

),

told as (

    select
        cohort_month,
        acquisition_channel,
        new_customer_count,
        {{ decimal_of('cac', 18, 2) }} as cac_amount,
        case when is_margin_known then 'margin' else 'net_amount' end as value_basis,
        {{ decimal_of('value / new_customer_count', 18, 2) }} as value_per_customer_amount,
        value / new_customer_count / nullif(cac, 0) as recovered_share,
        cast(
            {{ dbt.datediff('cohort_month', run_date(), 'month') }}
            as integer
        ) as watched_months,
        cast(payback_months as integer) as payback_months,
        case
            when cac is null then 'What winning these customers cost is not known.'
            when payback_months is null then 'They have not brought in their cost yet.'
        end as no_payback_reason
    from cohorts

)

select * from told
