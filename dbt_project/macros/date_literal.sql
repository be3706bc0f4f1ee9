{#- A date given as a variable, as SQL. Refuses anything but YYYY-MM-DD, so that a run without a date cannot go unseen.
    `dbt docs generate` and `dbt compile` write no table: there, no date is no date. -#}
{% macro date_literal(iso_date) -%}
    {%- if iso_date is none and (not execute or flags.WHICH in ('generate', 'compile')) -%}
        cast(null as date)
    {%- elif iso_date is none or not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', iso_date | string) -%}
        {{ exceptions.raise_compiler_error(
            "The run needs a date: --vars '{as_of_date: YYYY-MM-DD}' (got: " ~ iso_date ~ ")"
        ) }}
    {%- else -%}
        cast('{{ iso_date }}' as date)
    {%- endif -%}
{%- endmacro %}

{#- The run's date: everything before its first minute is known. -#}
{% macro run_date() -%}
    {{ date_literal(var('as_of_date')) }}
{%- endmacro %}
