with

counted as (

    select
        cut_by,
        cut_value,
        count(nps_group) as answer_count,
        count(case when nps_group = 'promoter' then 1 end) as promoter_count,
        count(case when nps_group = 'passive' then 1 end) as passive_count,
        count(case when nps_group = 'detractor' then 1 end) as detractor_count,
        count(is_answered) as order_count,
        coalesce(sum(is_answered), 0) as answered_order_count
    from {{ ref('int_recommendation_cuts') }}
    group by cut_by, cut_value

),

-- without a single answer there is nothing to show, only purchases that could be asked about
told as (

    select
        *,
        sum(answer_count) over () as all_answer_count
    from counted

),

dated as (

    select
        *,
        case
            when cut_by = 'month' then cast(cut_value as date)
            else {{ date_plus_days(run_date(), -var('feedback_window_days')) }}
        end as from_date
    from told

),

scored as (

    select
        cut_by,
        cut_value,
        from_date,
        case
            when cut_by = 'month'
                then least(cast({{ dbt.dateadd('month', 1, 'from_date') }} as date), {{ run_date() }})
            else {{ run_date() }}
        end as until_date,
        cut_by <> 'month'
        or cast({{ dbt.dateadd('month', 1, 'from_date') }} as date) <= {{ run_date() }} as is_complete,
        cast(answer_count as integer) as answer_count,
        cast(promoter_count as integer) as promoter_count,
        cast(passive_count as integer) as passive_count,
        cast(detractor_count as integer) as detractor_count,
        cast({{ nps_score('promoter_count', 'detractor_count', 'answer_count') }} as double) as nps_points,
        cast({{ nps_lower('promoter_count', 'detractor_count', 'answer_count') }} as double) as lower_nps_points,
        cast({{ nps_upper('promoter_count', 'detractor_count', 'answer_count') }} as double) as upper_nps_points,
        cast(order_count as integer) as order_count,
        cast(answered_order_count as integer) as answered_order_count,
        cast(answered_order_count as double) / nullif(order_count, 0) as response_share,
        {{ wilson_lower('answered_order_count', 'order_count') }} as lower_response_share,
        {{ wilson_upper('answered_order_count', 'order_count') }} as upper_response_share
    from dated
    where all_answer_count > 0

)

select * from scored
