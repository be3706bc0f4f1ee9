{#-
    The newest dates of the snapshot calendar that lie at least so many days before the run's date, newest first.
    The calendar does not move with the run (every `snapshot_step_days` before and after `snapshot_anchor_date`), so that a
    daily run finds the snapshots of the day before already made, and horizons share them.
-#}
{% macro training_dates(days_before, count) -%}
    {%- if var('as_of_date') is none -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set anchor = modules.datetime.date.fromisoformat(var('snapshot_anchor_date')) -%}
    {%- set run_date = modules.datetime.date.fromisoformat(var('as_of_date') | string) -%}
    {%- set step_days = var('snapshot_step_days') -%}
    {%- set newest_step = ((run_date - anchor).days - days_before) // step_days -%}
    {%- set dates = [] -%}
    {%- for step in range(newest_step, newest_step - count, -1) -%}
        {%- do dates.append((anchor + modules.datetime.timedelta(days=step * step_days)).isoformat()) -%}
    {%- endfor -%}
    {{ return(dates) }}
{%- endmacro %}
