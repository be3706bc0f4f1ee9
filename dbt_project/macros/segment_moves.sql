{#-
    Who moved from which segment to which between two dates.

    positions   where customers stood: customer_id, as_of_date, the segment's column and those of `within`
    pairs       which dates are compared: from_as_of_date, to_as_of_date and the columns of `within`
    segment     the segment's column
    within      what else tells positions apart: only those of the same are compared
    among       a condition on `pairs` and `arrivals`: of whom moves are told
-#}
{% macro segment_moves(positions, pairs, segment, within=[], among='true') -%}
    select
        {%- for column in within %}
        {{ column }},
        {%- endfor %}
        from_as_of_date,
        to_as_of_date,
        {{ days_between('from_as_of_date', 'to_as_of_date') }} as days_between,
        from_{{ segment }},
        to_{{ segment }},
        from_{{ segment }} <> to_{{ segment }} as has_moved,
        cast(count(*) as integer) as customer_count,
        cast(count(*) as double)
        / cast(sum(count(*)) over (
            partition by {{ (within + ['from_as_of_date', 'to_as_of_date', 'from_' ~ segment]) | join(', ') }}
        ) as double) as from_segment_share
    from (
        select
            {%- for column in within %}
            pairs.{{ column }},
            {%- endfor %}
            pairs.from_as_of_date,
            pairs.to_as_of_date,
            case
                when departures.customer_id is null then 'not yet a customer'
                else coalesce(departures.{{ segment }}, 'not scored')
            end as from_{{ segment }},
            coalesce(arrivals.{{ segment }}, 'not scored') as to_{{ segment }}
        from {{ pairs }} as pairs
        inner join {{ positions }} as arrivals
            on pairs.to_as_of_date = arrivals.as_of_date
            and {{ among }}
            {%- for column in within %}
            and pairs.{{ column }} = arrivals.{{ column }}
            {%- endfor %}
        left join {{ positions }} as departures
            on pairs.from_as_of_date = departures.as_of_date
            and arrivals.customer_id = departures.customer_id
            {%- for column in within %}
            and pairs.{{ column }} = departures.{{ column }}
            {%- endfor %}
    ) as moves
    group by {{ (within + ['from_as_of_date', 'to_as_of_date', 'from_' ~ segment, 'to_' ~ segment]) | join(', ') }}
{%- endmacro %}
