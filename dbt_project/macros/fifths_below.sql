{#- RFM score 1 to 5 within a date: how many fifths of the customers are strictly worse. Equal customers score equally. -#}
{% macro fifths_below(ordering) -%}
    cast(1 + floor(5 * (rank() over (partition by as_of_date order by {{ ordering }}) - 1) / customer_count) as integer)
{%- endmacro %}
