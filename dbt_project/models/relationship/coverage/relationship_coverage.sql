with

needs as (

    select
        {%- for name, need in relationship_needs().items() %}
        (
            select count(*)
            from {{ ref(need['from']) }}
            where {{ need['where'] }}
        ) > 0 as has_{{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}

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

explained as (

    select
        counted.mart_name,
        cast(counted.row_count as bigint) as row_count,
        case
            when counted.row_count > 0 then null
            {%- for mart, declared in relationship_marts().items() %}
            {%- for need in declared.needs %}
            when counted.mart_name = '{{ mart }}' and not needs.has_{{ need }}
                then '{{ relationship_needs()[need].reason }}'
            {%- endfor %}
            when counted.mart_name = '{{ mart }}' then '{{ declared.otherwise }}'
            {%- endfor %}
        end as reason
    from counted
    cross join needs

)

select * from explained
