with

scored as (

    select
        customer_id,
        as_of_date,
        model_name,
        model_version,
        segment_name
    from {{ source('scores', 'customer_segments') }}
    where as_of_date <= {{ run_date() }}

),

serving as (

    select distinct
        model_name,
        model_version
    from scored
    where as_of_date = {{ run_date() }}

),

-- the newest earlier date that the very same model has scored: another model may draw other lines
pairs as (

    select
        scored.model_name,
        scored.model_version,
        max(scored.as_of_date) as from_as_of_date,
        {{ run_date() }} as to_as_of_date
    from scored
    inner join serving
        on scored.model_name = serving.model_name and scored.model_version = serving.model_version
    where scored.as_of_date < {{ run_date() }}
    group by scored.model_name, scored.model_version

),

moves as (

    {{ segment_moves('scored', 'pairs', 'segment_name', within=['model_name', 'model_version']) }}

)

select * from moves
