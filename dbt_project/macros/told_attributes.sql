{# Of a JSON object in a column: what may be told of a contract. Keys that the source declares, with single values; of others
   only flags (is_…, has_… with true or false), for anything else may be somebody's words. Null where nothing is left. #}
{% macro told_attributes(column, declared) -%}
{%- set path = "'/' || replace(replace(name, '~', '~0'), '/', '~1')" -%}
case
    when json_valid({{ column }}) and json_type({{ column }}) = 'OBJECT'
        then nullif(
            cast(to_json(map_from_entries([
                {'key': name, 'value': json_extract({{ column }}, {{ path }})}
                for name in list_sort(list_distinct(json_keys({{ column }})))
                if case
                    when list_contains({{ declared }}, name)
                        then json_type({{ column }}, {{ path }}) not in ('OBJECT', 'ARRAY', 'NULL')
                    else
                        regexp_full_match(name, '(is|has)_[a-z0-9_]+')
                        and json_type({{ column }}, {{ path }}) = 'BOOLEAN'
                end
            ])) as varchar), '{}'
        )
end
{%- endmacro %}
