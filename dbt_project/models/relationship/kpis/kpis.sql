{#- Each family of marts gives its figures with the columns month, name, value, lower_value, upper_value. -#}
{% set families = ['sales', 'contracts', 'lifecycle', 'campaigns', 'conversion', 'loyalty', 'acquisition'] %}

with

figures as (

    {% for family in families %}
        select
            month,
            name,
            value,
            lower_value,
            upper_value
        from {{ ref('int_kpis_' ~ family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

described as (

    select
        figures.month,
        figures.name,
        figures.value,
        figures.lower_value,
        figures.upper_value,
        definitions.unit,
        definitions.better_is,
        cast({{ dbt.dateadd('month', 1, 'figures.month') }} as date) <= {{ run_date() }} as is_complete_month
    from figures
    left join {{ ref('kpi_definitions') }} as definitions
        on figures.name = definitions.name

)

select * from described
