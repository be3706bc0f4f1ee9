{#- Before anything is built: the table that says which customer ids are one person, empty where none has been resolved
    (python -m warehouse identities). Its other columns are in warehouse/own_tables.yml. -#}
{% macro create_identity_tables() %}
    create schema if not exists pii;
    create table if not exists pii.customer_identities (source_customer_id varchar not null, customer_id varchar not null);
{% endmacro %}
