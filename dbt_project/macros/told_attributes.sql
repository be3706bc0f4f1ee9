{# Of a JSON object in a column: what may be told of a contract. Keys that the source declares, with single values; of others
   only flags (is_…, has_… with true or false), for anything else may be somebody's words. Null where nothing is left. #}
{% macro told_attributes(column, declared) -%}
{{ adapter.dispatch('told_attributes')(column, declared) }}
{%- endmacro %}

{% macro default__told_attributes(column, declared) -%}
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

{% macro spark__told_attributes(column, declared) -%}
{%- set values = "from_json(" ~ column ~ ", 'map<string, variant>')" -%}
case
    when json_object_keys({{ column }}) is not null
        then nullif(
            to_json(map_from_entries(transform(
                filter(
                    array_sort(array_distinct(json_object_keys({{ column }}))),
                    name -> case
                        when array_contains({{ declared }}, name)
                            then not schema_of_variant({{ values }}[name]) rlike '^(OBJECT|ARRAY|VOID)'
                        else
                            name rlike r'^(is|has)_[a-z0-9_]+\z'
                            and schema_of_variant({{ values }}[name]) = 'BOOLEAN'
                    end
                ),
                name -> struct(name, {{ values }}[name])
            ))), '{}'
        )
end
{%- endmacro %}
