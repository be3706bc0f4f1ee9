{#-
    Building only what changed. `warehouse/marts/increments.py` writes down, before dbt runs, which loads, orders, customers
    and dates the last build did not know; these macros keep a model to them. With --full-refresh they say nothing.
-#}

{#- Whether the model adds to what is there. A unit test of dbt has no relation to add to. -#}
{% macro is_increment() -%}
    {{ return(this is not none and is_incremental()) }}
{%- endmacro %}

{#- Changed orders (key order_id) or customers (key customer_id). -#}
{% macro changed_keys(key) -%}
    (select {{ key }} from {{ source('state', 'changed_orders' if key == 'order_id' else 'changed_customers') }})
{%- endmacro %}

{#- The relation, or of it only the rows of changed orders or customers. -#}
{% macro changed_only(relation, key) -%}
    {%- if is_increment() -%}
        (select * from {{ relation }} where {{ key }} in {{ changed_keys(key) }})
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- Before a model's rows of changed orders or customers are made anew, the old ones go. -#}
{% macro forget_changed(key) -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where {{ key }} in {{ changed_keys(key) }}
    {%- endif -%}
{%- endmacro %}

{#-
    Keys of raw rows that may stand otherwise in staging: in a load that the last build did not know or, where rows carry
    a customer's id, of an id that stands for another person than it did.
-#}
{% macro reloaded_keys(table, key, of_customers) -%}
    select ({{ key | join(', ') }}) from {{ source('raw', table) }}
    where
        _load_id in (select load_id from {{ source('state', 'pending_loads') }})
        {%- if of_customers %}
        or customer_id in (select source_customer_id from {{ source('state', 'remapped_customers') }})
        {%- endif %}
{%- endmacro %}

{#- Staging has the id of the raw row in source_customer_id. -#}
{% macro forget_reloaded(table, key, of_customers=false) -%}
    {%- if is_increment() -%}
        {%- set staged_key = key | join(', ') -%}
        {%- if of_customers %}{% set staged_key = staged_key | replace('customer_id', 'source_customer_id') %}{% endif -%}
        delete from {{ this }} where ({{ staged_key }}) in ({{ reloaded_keys(table, key, of_customers) }})
    {%- endif -%}
{%- endmacro %}

{#- The newest version of each raw row; in an increment, only of rows that may stand otherwise. -#}
{% macro newest_reloaded(table, key, of_customers=false) -%}
    {%- if is_increment() -%}
        {%- set keys = reloaded_keys(table, key, of_customers) -%}
        {{ newest_version(
            '(select * from ' ~ source('raw', table) ~ ' where (' ~ (key | join(', ')) ~ ') in (' ~ keys ~ ')) as reloaded', key
        ) }}
    {%- else -%}
        {{ newest_version(source('raw', table), key) }}
    {%- endif -%}
{%- endmacro %}

{#-
    Condition on rows about a customer at a date: the last build had no such snapshot, or the customer changed.
-#}
{% macro snapshot_to_make(customer_id, as_of_date) -%}
    {%- if is_increment() -%}
        {%- set customers = source('state', 'changed_customers') -%}
        {%- set snapshots = source('state', 'built_snapshots') -%}
        (
            {{ as_of_date }} not in (select as_of_date from {{ snapshots }})
            or {{ customer_id }} in (select customer_id from {{ customers }})
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- Before snapshots are made: those of dates that the given model does not have go, and those that are made anew. -#}
{% macro forget_snapshots(dates_from='int_snapshot_dates') -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where
            as_of_date not in (select as_of_date from {{ ref(dates_from) }})
            or {{ snapshot_to_make('customer_id', 'as_of_date') }}
    {%- endif -%}
{%- endmacro %}
