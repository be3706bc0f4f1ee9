{#- Raw tables only ever grow: a correction is a further row with the same key. This keeps the newest row per key. -#}
{% macro newest_version(relation, key) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ key | join(', ') }}
                order by _loaded_at desc, _row_number desc, _load_id desc, _row_hash desc
            ) as version_rank
        from {{ relation }}
    ) as versions
    where version_rank = 1
{%- endmacro %}
