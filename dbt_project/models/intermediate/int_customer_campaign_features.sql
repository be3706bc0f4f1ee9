{{ incremental_by('snapshot') }}

with

-- the control group was not contacted
touches as (

    select
        *,
        {{ sampling_digits('customer_id') }} as sampling_digits
    from {{ ref('stg_campaign_touches') }}
    where not is_control

),

-- a click carries no time, so that it counts only once it must have happened
dated as (

    select
        touches.customer_id,
        dates.as_of_date,
        case
            when touches.touched_at < {{ date_plus_days('dates.as_of_date', -var('campaign_response_days')) }}
                then touches.is_clicked
        end as is_known_click
    from {{ ref('int_snapshot_dates') }} as dates
    inner join touches
        on touches.touched_at < dates.as_of_date
        and touches.touched_at >= {{ date_plus_days('dates.as_of_date', -365) }}
        and {{ snapshot_to_make('touches.customer_id', 'dates.as_of_date') }}
        and {{ is_in_sample('touches.sampling_digits', 'dates.sampled_below') }}

),

counted as (

    select
        customer_id,
        as_of_date,
        count(*) as campaign_touch_count_365d,
        count(case when is_known_click then 1 end) as campaign_click_count_365d
    from dated
    group by customer_id, as_of_date

)

select * from counted
