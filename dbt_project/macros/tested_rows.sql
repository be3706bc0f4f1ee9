{#-
    Data tests cost in proportion to what was made anew: where a build is an increment (macros/increments.sql), they look
    at the rows of changed orders and customers. A build from scratch, and `dbt test`, look at all rows; the marts gate
    compares every order with raw each time.
-#}
{% macro tests_only_changes() -%}
    {{ return(execute and flags.WHICH == 'build' and not flags.FULL_REFRESH) }}
{%- endmacro %}

{#- The relation, or of it only the rows of changed orders (key order_id) or customers (key customer_id). -#}
{% macro tested_rows(relation, key) -%}
    {%- if tests_only_changes() -%}
        (select * from {{ relation }} where {{ key }} in {{ changed_keys(key) }})
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- Raw order lines, or only those that stand in a changed order or once stood in one, with all their versions. -#}
{% macro tested_raw_lines() -%}
    {%- set lines = source('raw', 'order_items') -%}
    {%- if tests_only_changes() -%}
        (
            select * from {{ lines }}
            where order_item_id in (
                select order_item_id from {{ lines }}
                where order_id in {{ changed_keys('order_id') }}
            )
        )
    {%- else -%}
        {{ lines }}
    {%- endif -%}
{%- endmacro %}

{#-
    What a generic test looks at; dbt wraps every tested model in it. A model says by `meta.changes_by` that all that an
    increment makes anew of it belongs to changed orders or customers. A key must be unique in the whole table: looked at are
    all rows that carry a key of a changed row.
-#}
{% macro get_where_subquery(relation) -%}
    {%- set key = changes_by(relation) if tests_only_changes() and not config.get('where') -%}
    {%- if not key -%}
        {{ return(default__get_where_subquery(relation)) }}
    {%- endif -%}
    {%- set changed = tested_rows(relation, key) -%}
    {%- if model.test_metadata.name == 'unique' -%}
        {%- set column = model.test_metadata.kwargs.column_name -%}
        {{ return(
            '(select * from ' ~ relation ~ ' where ' ~ column ~ ' in (select ' ~ column ~ ' from ' ~ changed
            ~ ' as changed)) dbt_subquery'
        ) }}
    {%- endif -%}
    {{ return(changed ~ ' dbt_subquery') }}
{%- endmacro %}

{#- The key by which an incremental model changes, or nothing. -#}
{% macro changes_by(relation) -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model' and node.name == relation.identifier -%}
            {{ return(node.config.meta.get('changes_by')) }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
