{{ incremental_by('snapshot') }}

with

feedback as (

    select
        *,
        {{ sampling_digits('customer_id') }} as sampling_digits
    from {{ ref('int_feedback') }}
    where customer_id is not null

),

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
    inner join feedback
        on feedback.known_at < dates.as_of_date
        and {{ snapshot_to_make('feedback.customer_id', 'dates.as_of_date') }}
        and {{ is_in_sample('feedback.sampling_digits', 'dates.sampled_below') }}

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
