with

scores as ({{ dbt.generate_series(5) }}),

named as (

    select
        recency.generated_number as recency_score,
        frequency.generated_number as frequency_score,
        count(segments.segment_name) as segment_count
    from scores as recency
    cross join scores as frequency
    left join {{ ref('rfm_segments') }} as segments
        on recency.generated_number between segments.recency_score_min and segments.recency_score_max
        and frequency.generated_number between segments.frequency_score_min and segments.frequency_score_max
    group by recency.generated_number, frequency.generated_number

)

select *
from named
where segment_count <> 1
