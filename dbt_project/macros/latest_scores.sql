{#- The scores of the run's date. Several models may have spoken: the latest to score a customer (or what else the key names) stands. -#}
{% macro latest_scores(relation, key='customer_id') -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ key }}
                order by scored_at desc, model_name, model_version desc
            ) as score_rank
        from {{ relation }}
        where as_of_date = {{ run_date() }}
    ) as ranked
    where score_rank = 1
{%- endmacro %}
