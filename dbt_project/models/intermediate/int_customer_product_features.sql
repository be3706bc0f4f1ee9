{{ incremental_by('snapshot') }}

with

counted as (

    select
        changes.customer_id,
        dates.as_of_date,
        sum(changes.product_count_change) as distinct_product_count
    from {{ ref('int_snapshot_dates') }} as dates
    inner join {{ ref('int_customer_product_changes') }} as changes
        on changes.changed_at < dates.as_of_date
        and {{ snapshot_to_make('changes.customer_id', 'dates.as_of_date') }}
    group by changes.customer_id, dates.as_of_date
    having sum(changes.product_count_change) > 0

)

select * from counted
