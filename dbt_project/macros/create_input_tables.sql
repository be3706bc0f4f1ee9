{#- Before anything is built: tables that Python writes and models read, where nothing has written them yet. Their other
    columns are in warehouse/tables/own_tables.yml. Which customer ids are one person (python -m warehouse identities), and when
    the file of a load arrived. -#}
{% macro create_input_tables() -%}
    {{ adapter.dispatch('create_input_tables')() }}
{%- endmacro %}

{#- Spark is given these tables with the others that it reads (warehouse/marts/spark). -#}
{% macro spark__create_input_tables() -%}
{%- endmacro %}

{% macro default__create_input_tables() %}
    create schema if not exists pii;
    create table if not exists pii.customer_identities (source_customer_id varchar not null, customer_id varchar not null);
    create schema if not exists quality;
    create table if not exists quality.file_loads (load_id varchar not null, arrived_at timestamp);
    alter table quality.file_loads add column if not exists arrived_at timestamp;
{% endmacro %}
