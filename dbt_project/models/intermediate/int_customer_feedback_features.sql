{{ incremental_by('snapshot') }}

with

dated as (

    select
        feedback.customer_id,
        dates.as_of_date,
        feedback.rating,
        feedback.nps_score,
        row_number() over (
            partition by feedback.customer_id, dates.as_of_date
            order by
                case when feedback.nps_score is null then 1 else 0 end,
                feedback.given_at desc,
                feedback.feedback_id desc
        ) as nps_rank
    from {{ ref('int_snapshot_dates') }} as dates
    inner join {{ ref('int_feedback') }} as feedback
        on feedback.known_at < dates.as_of_date
        and {{ snapshot_to_make('feedback.customer_id', 'dates.as_of_date') }}
    where feedback.customer_id is not null

),

summarised as (

    select
        customer_id,
        as_of_date,
        cast(sum(rating) as double) / nullif(count(rating), 0) as mean_rating,
        max(case when nps_rank = 1 then nps_score end) as last_nps_score
    from dated
    group by customer_id, as_of_date

)

select * from summarised
