with

texts as (

    {{ latest_scores(source('scores', 'feedback_sentiment'), 'feedback_id') }}

),

understood as (

    select * from texts
    where status = 'scored'

)

select * from understood
