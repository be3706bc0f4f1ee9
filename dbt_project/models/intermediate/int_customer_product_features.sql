{{ incremental_by('snapshot') }}

with

changes as (

    select
        *,
        {{ sampling_digits('customer_id') }} as sampling_digits
    from {{ ref('int_customer_product_changes') }}

),

counted as (

    select
        changes.customer_id,
        dates.as_of_date,
        sum(changes.product_count_change) as distinct_product_count
    from {{ ref('int_snapshot_dates') }} as dates
    inner join changes
        on changes.changed_at < dates.as_of_date
        and {{ snapshot_to_make('changes.customer_id', 'dates.as_of_date') }}
        and {{ is_in_sample('changes.sampling_digits', 'dates.sampled_below') }}
    group by changes.customer_id, dates.as_of_date
    having sum(changes.product_count_change) > 0

)

select * from counted
