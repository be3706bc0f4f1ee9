{#- When the file of a raw row came to us. -#}
{% macro arrived_at() -%}
    _loaded_at
{%- endmacro %}
