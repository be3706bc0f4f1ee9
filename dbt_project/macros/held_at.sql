{#- Whether something held when a day began: it had begun before and had not ended before. An order that stood, a contract
    that ran, what was known of a person: all are asked in this way, so that a day D knows what happened before D 00:00. -#}
{% macro held_at(day, from_at, until_at) -%}
    ({{ from_at }} < {{ day }} and ({{ until_at }} is null or {{ until_at }} >= {{ day }}))
{%- endmacro %}
