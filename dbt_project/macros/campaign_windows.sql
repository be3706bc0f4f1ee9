{#- A row of `movements` belongs to what was sold while the response to a touch is counted, and stands on the run's date. -#}
{% macro sold_in_window() -%}
    movements.sold_at >= chosen.touched_at
    and movements.sold_at < chosen.window_end_at
    and {{ held_at(run_date(), 'movements.counts_from_at', 'movements.counts_until_at') }}
{%- endmacro %}

{#- … or to what was sold in the time before a touch, as it was known on the touch: nothing that the campaign did. -#}
{% macro known_before_touch() -%}
    movements.sold_at >= {{ dbt.dateadd('day', -var('campaign_days_before'), 'chosen.touched_at') }}
    and movements.sold_at < chosen.touched_at
    and movements.occurred_at < chosen.touched_at
    and {{ held_at('chosen.touched_at', 'movements.counts_from_at', 'movements.counts_until_at') }}
{%- endmacro %}
