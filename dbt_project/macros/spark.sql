{#-
    What dbt's own macros do on Spark, where they would do otherwise than on DuckDB. dbt takes these before its own; those of
    our macros that Spark needs otherwise stand beside the macro (`spark__…`). docs/spark.md says what else differs.
-#}

{#- Of a date a time, as on DuckDB; dbt's own forgets parts of seconds and takes no null. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd({{ datepart }}, cast({{ interval }} as integer), {{ from_date_or_timestamp }})
{%- endmacro %}

{#- How many ends of a day, a month … lie between, as on DuckDB; dbt's own counts whole ones and takes no null. -#}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == 'day' -%}
        datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
    {%- elif datepart == 'month' -%}
        (
            12 * (year({{ second_date }}) - year({{ first_date }})) + month({{ second_date }}) - month({{ first_date }})
        )
    {%- elif datepart == 'second' -%}
        (unix_seconds(cast({{ second_date }} as timestamp)) - unix_seconds(cast({{ first_date }} as timestamp)))
    {%- else -%}
        {{ exceptions.raise_compiler_error("datediff in " ~ datepart ~ "s is not written for Spark (macros/spark.sql)") }}
    {%- endif -%}
{%- endmacro %}

{#- dbt's own drops the order. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    listagg({{ measure }}, {{ delimiter_text }}) within group ({{ order_by_clause }})
{%- endmacro %}

{#- Rows of a seed; dbt's own takes no quote in a text. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set statement -%}
        insert into {{ this }} values
        {% for row in agate_table.rows -%}
            (
                {%- for name in agate_table.column_names -%}
                    cast({{ spark_literal(row[name]) }} as {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }})
                    {%- if not loop.last %}, {% endif -%}
                {%- endfor -%}
            ){{ "," if not loop.last }}
        {% endfor %}
    {%- endset -%}
    {%- if agate_table.rows %}{% do adapter.add_query(statement) %}{% endif -%}
    {{ return(statement) }}
{%- endmacro %}

{% macro spark_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
