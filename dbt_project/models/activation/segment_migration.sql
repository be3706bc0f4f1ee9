with

scored as (

    select
        customer_id,
        as_of_date,
        model_name,
        model_version,
        coalesce(segment_name, 'not scored') as segment_name
    from {{ source('scores', 'customer_segments') }}
    where as_of_date <= {{ date_literal(var('as_of_date')) }}

),

arrivals as (

    select *
    from scored
    where as_of_date = {{ date_literal(var('as_of_date')) }}

),

serving as (

    select
        model_name,
        model_version
    from arrivals
    group by model_name, model_version

),

-- the newest earlier date that the very same model has scored: another model may draw other lines
earlier as (

    select
        scored.model_name,
        scored.model_version,
        max(scored.as_of_date) as as_of_date
    from scored
    inner join serving
        on scored.model_name = serving.model_name and scored.model_version = serving.model_version
    where scored.as_of_date < {{ date_literal(var('as_of_date')) }}
    group by scored.model_name, scored.model_version

),

moves as (

    select
        earlier.model_name,
        earlier.model_version,
        earlier.as_of_date as from_as_of_date,
        arrivals.as_of_date as to_as_of_date,
        coalesce(departures.segment_name, 'not yet a customer') as from_segment_name,
        arrivals.segment_name as to_segment_name,
        count(*) as customer_count
    from arrivals
    inner join earlier
        on arrivals.model_name = earlier.model_name and arrivals.model_version = earlier.model_version
    left join scored as departures
        on arrivals.customer_id = departures.customer_id
        and arrivals.model_name = departures.model_name
        and arrivals.model_version = departures.model_version
        and earlier.as_of_date = departures.as_of_date
    group by
        earlier.model_name,
        earlier.model_version,
        earlier.as_of_date,
        arrivals.as_of_date,
        coalesce(departures.segment_name, 'not yet a customer'),
        arrivals.segment_name

),

shared as (

    select
        model_name,
        model_version,
        from_as_of_date,
        to_as_of_date,
        {{ days_between('from_as_of_date', 'to_as_of_date') }} as days_between,
        from_segment_name,
        to_segment_name,
        from_segment_name != to_segment_name as has_moved,
        cast(customer_count as integer) as customer_count,
        cast(customer_count as double)
        / cast(sum(customer_count) over (partition by model_name, model_version, from_segment_name) as double)
            as from_segment_share
    from moves

)

select * from shared
