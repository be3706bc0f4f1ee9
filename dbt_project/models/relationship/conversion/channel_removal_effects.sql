with

effects as (

    select
        channel,
        journey_count,
        converted_journey_count,
        removal_effect,
        lower_removal_effect,
        upper_removal_effect,
        removal_effect_share
    from {{ ref('int_removal_effects') }}

)

select * from effects
