with

needs as (

    {% for name, need in relationship_needs().items() %}
        select
            '{{ name }}' as need_name,
            count(*) as row_count
        from {{ ref(need['from']) }}
        where {{ need['where'] }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

counted as (

    {% for mart in relationship_marts() %}
        select
            '{{ mart }}' as mart_name,
            count(*) as row_count
        from {{ ref(mart) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- the needs of each mart in their order, and last what is said where all are met
reasons as (

    {% for mart, declared in relationship_marts().items() %}
    {% for need in declared.needs %}
            select
                '{{ mart }}' as mart_name,
                {{ loop.index }} as reason_number,
                '{{ need }}' as need_name,
                '{{ relationship_needs()[need].reason }}' as reason
            union all
        {% endfor %}
        select
            '{{ mart }}' as mart_name,
            {{ declared.needs | length + 1 }} as reason_number,
            null as need_name,
            '{{ declared.otherwise }}' as reason
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

ranked as (

    select
        reasons.mart_name,
        reasons.reason,
        row_number() over (partition by reasons.mart_name order by reasons.reason_number) as reason_rank
    from reasons
    left join needs
        on reasons.need_name = needs.need_name
    where needs.row_count is null or needs.row_count = 0

),

explained as (

    select
        counted.mart_name,
        cast(counted.row_count as bigint) as row_count,
        case when counted.row_count = 0 then ranked.reason end as reason
    from counted
    left join ranked
        on counted.mart_name = ranked.mart_name and ranked.reason_rank = 1

)

select * from explained
