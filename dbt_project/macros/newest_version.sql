{#-
    Raw tables only ever grow: a correction is a further row with the same key, and so is the word that a row is gone
    (`_is_gone`). This keeps the newest row per key; of a key whose newest row says that it is gone, nothing.
-#}
{% macro newest_version(relation, key) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ key | join(', ') }}
                order by {{ var('newest_first') }}
            ) as version_rank
        from {{ relation }}
    ) as versions
    where
        version_rank = 1
        and _is_gone is not true
{%- endmacro %}

{#- Raw rows of keys that are not gone, all versions; only keys of which a row once said so are put in order. -#}
{% macro not_gone(relation, key) -%}
    {%- set keys = key | join(', ') -%}
    (
        select * from {{ relation }}
        where
            ({{ keys }}) not in (
                select ({{ keys }})
                from (
                    select
                        *,
                        row_number() over (
                            partition by {{ keys }}
                            order by {{ var('newest_first') }}
                        ) as version_rank
                    from {{ relation }}
                    where ({{ keys }}) in (select ({{ keys }}) from {{ relation }} where _is_gone)
                ) as versions
                where
                    version_rank = 1
                    and _is_gone
            )
    )
{%- endmacro %}
