{#- A number rounded to so many places, a half to the even neighbour. -#}
{% macro rounded_half_even(number, places) -%}
    {{ adapter.dispatch('rounded_half_even')(number, places) }}
{%- endmacro %}

{% macro default__rounded_half_even(number, places) -%}
    round_even({{ number }}, {{ places }})
{%- endmacro %}

{% macro spark__rounded_half_even(number, places) -%}
    bround({{ number }}, {{ places }})
{%- endmacro %}
