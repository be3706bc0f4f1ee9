{#- A text without the blanks around it, those that only look like a space included. -#}
{% macro trimmed(text) -%}
    {{ adapter.dispatch('trimmed')(text) }}
{%- endmacro %}

{% macro default__trimmed(text) -%}
    trim({{ text }})
{%- endmacro %}

{#- Spark's own takes the plain space for the only one. -#}
{% macro spark__trimmed(text) -%}
    trim(both ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' from {{ text }})
{%- endmacro %}

{#- A code or a currency as it is compared: without blanks around it, in capitals. -#}
{% macro as_code(text) -%}
    {{ adapter.dispatch('as_code')(text) }}
{%- endmacro %}

{% macro default__as_code(text) -%}
    upper({{ trimmed(text) }})
{%- endmacro %}

{#- Spark's own makes SS of ß, DuckDB's its capital. -#}
{% macro spark__as_code(text) -%}
    upper(replace({{ trimmed(text) }}, 'ß', 'ẞ'))
{%- endmacro %}
