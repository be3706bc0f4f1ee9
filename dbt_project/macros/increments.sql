{#-
    Building only what changed. `warehouse/marts/increments.py` writes down, before dbt runs, which loads, orders, customers
    and dates the last build did not know; these macros keep a model to them. With --full-refresh they say nothing.

    A model that is built in increments has two halves, and with one of them it would compile and be wrong: it deletes
    the rows that it is going to make again, and it reads only what those are made from.

        {{ incremental_by('order_id') }}     {{ changed(ref('int_movements')) }}           rows of changed orders
        {{ incremental_by('customer_id') }}  {{ changed(ref('int_movements')) }}           rows of changed customers
        {{ incremental_by('snapshot') }}     {{ snapshot_to_make(customer_id, date) }}     customers on dates
        {{ incremental_by('month') }}        {{ month_to_make(customer_id, month) }}       customers in months
        {{ newest_rows('orders', [key]) }}   both halves in one                            raw rows that were loaded since

    The second half without the first does not compile; tests/dbt/test_dbt_increment_halves.py finds either alone.
-#}

{#- Whether the model adds to what is there. A unit test of dbt has no relation to add to. -#}
{% macro is_increment() -%}
    {{ return(this is not none and is_incremental()) }}
{%- endmacro %}

{#- First half: which rows an increment makes again. Those go before it adds (tested_rows.sql reads `changes_by`, too). -#}
{% macro incremental_by(key) -%}
    {%- if key == 'snapshot' -%}
        {%- if not execute %}{% do ref('int_snapshot_dates') %}{% endif -%}  {#- the hook reads it, and is parsed too late -#}
        {{ config(
            materialized='incremental', pre_hook="{{ forget_snapshots() }}", meta={'incremental_by': key}
        ) }}
    {%- elif key == 'month' -%}
        {%- if not execute %}{% do ref('int_customer_first_months') %}{% endif -%}
        {{ config(
            materialized='incremental', pre_hook="{{ forget_months() }}", meta={'incremental_by': key}
        ) }}
    {%- else -%}
        {{ config(
            materialized='incremental', pre_hook="{{ forget_changed() }}", meta={'incremental_by': key, 'changes_by': key}
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- Second half: the relation, or of it only the rows of the orders or customers that changed. -#}
{% macro changed(relation) -%}
    {%- do refuse_half_an_increment(['order_id', 'customer_id']) -%}
    {%- if is_increment() -%}
        {%- set key = model.config.meta.incremental_by -%}
        (select * from {{ relation }} where {{ key }} in {{ changed_keys(key) }})
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- Second half, as a condition: the last build had no such date, or with another sample, or the customer changed. -#}
{% macro snapshot_to_make(customer_id, as_of_date) -%}
    {%- do refuse_half_an_increment(['snapshot']) -%}
    {%- if is_increment() -%}
        (
            {{ as_of_date }} not in (
                select dates.as_of_date
                from {{ ref('int_snapshot_dates') }} as dates
                inner join {{ source('state', 'built_snapshots') }} as built
                    on dates.as_of_date = built.as_of_date
                    and dates.sampled_below is not distinct from built.sampled_below
            )
            or {{ customer_id }} in {{ changed_keys('customer_id') }}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- Second half, as a condition: the month had not ended at the earliest date that is built on, or nothing of the customer is
    left (the first half has deleted it, or there was nothing). -#}
{% macro month_to_make(customer_id, month) -%}
    {%- do refuse_half_an_increment(['month']) -%}
    {%- if is_increment() -%}
        (
            {{ is_open_month(month) }}
            or {{ customer_id }} not in (select customer_id from {{ this }})
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- Whether a month had not ended at the earliest date of the builds that this one adds to; a killed one is one of them. -#}
{% macro is_open_month(month) -%}
    cast({{ dbt.dateadd('month', 1, month) }} as date) > (select min(as_of_date) from {{ source('state', 'mart_builds') }})
{%- endmacro %}

{#- Both halves of a staging model: the newest version of each row of a raw table; in an increment, only of rows that may
    stand otherwise. The key is that of the data contract. -#}
{% macro newest_rows(table, key, of_persons=false) -%}
    {{ config(
        materialized='incremental',
        pre_hook="{{ forget_reloaded('" ~ table ~ "', " ~ key ~ ", " ~ of_persons ~ ") }}",
        meta={'incremental_by': 'raw_row'}
    ) }}
    {%- set rows = source('raw', table) -%}
    {%- if is_increment() -%}
        {%- set rows -%}
            (select * from {{ rows }} where ({{ key | join(', ') }}) in ({{ reloaded_keys(table, key, of_persons) }})) as reloaded
        {%- endset -%}
    {%- endif -%}
    {{ newest_version(rows, key) }}
{%- endmacro %}

{#- The same of a table whose rows name a customer: that id is source_customer_id, and whom it stands for person_id. -#}
{% macro newest_rows_of_persons(table, key) -%}
    select
        versions.*,
        nullif(versions.customer_id, '') as source_customer_id,
        coalesce(merged.customer_id, nullif(versions.customer_id, '')) as person_id
    from (
        {{ newest_rows(table, key, of_persons=true) }}
    ) as versions
    left join {{ ref('stg_customer_identities') }} as merged
        on versions.customer_id = merged.source_customer_id
{%- endmacro %}

{#- Changed orders (key order_id) or customers (key customer_id). -#}
{% macro changed_keys(key) -%}
    (select {{ key }} from {{ source('state', 'changed_orders' if key == 'order_id' else 'changed_customers') }})
{%- endmacro %}

{#- Hook: the rows of changed orders or customers go. -#}
{% macro forget_changed() -%}
    {%- if is_increment() -%}
        {%- set key = model.config.meta.incremental_by -%}
        delete from {{ this }} where {{ key }} in {{ changed_keys(key) }}
    {%- endif -%}
{%- endmacro %}

{#- Hook: snapshots of dates that are no longer wanted go, and those that are made again. -#}
{% macro forget_snapshots() -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where
            as_of_date not in (select as_of_date from {{ ref('int_snapshot_dates') }})
            or {{ snapshot_to_make('customer_id', 'as_of_date') }}
    {%- endif -%}
{%- endmacro %}

{#- Hook: months that are made again go, and all of those customers who changed or are first known in another month. -#}
{% macro forget_months() -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where
            {{ is_open_month('month') }}
            or customer_id in {{ changed_keys('customer_id') }}
            or customer_id in (
                select kept.customer_id
                from (select customer_id, min(month) as first_month from {{ this }} group by customer_id) as kept
                left join {{ ref('int_customer_first_months') }} as known
                    on kept.customer_id = known.customer_id
                where kept.first_month is distinct from known.first_month
            )
    {%- endif -%}
{%- endmacro %}

{#- Hook: staged rows that may stand otherwise go. Staging has the id of the raw row in source_customer_id. -#}
{% macro forget_reloaded(table, key, of_persons) -%}
    {%- if is_increment() -%}
        {%- set staged_key = key | join(', ') | replace('customer_id', 'source_customer_id') -%}
        delete from {{ this }} where ({{ staged_key }}) in ({{ reloaded_keys(table, key, of_persons) }})
    {%- endif -%}
{%- endmacro %}

{#- Keys of raw rows that may stand otherwise: in a load that the last build did not know or, where rows name a customer,
    of an id that stands for another person than it did. -#}
{% macro reloaded_keys(table, key, of_persons) -%}
    select ({{ key | join(', ') }}) from {{ source('raw', table) }}
    where
        _load_id in (select load_id from {{ source('state', 'pending_loads') }})
        {%- if of_persons %}
        or customer_id in (select source_customer_id from {{ source('state', 'remapped_customers') }})
        {%- endif %}
{%- endmacro %}

{#- A filter says which rows a model reads; without `incremental_by` nothing would delete those that it makes again. -#}
{% macro refuse_half_an_increment(keys) -%}
    {%- if execute and this is not none and model.resource_type == 'model' -%}
        {%- if model.config.meta.get('incremental_by') not in keys -%}
            {{ exceptions.raise_compiler_error(
                model.name ~ " keeps to what changed, and does not begin with incremental_by('" ~ keys | join("') or ('") ~ "')."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
