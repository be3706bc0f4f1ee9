{#- Margin of an amount of which perhaps only a part has a known cost: the rest is taken to leave the same share. Null
where the known part is too small to speak for the whole (var minimum_costed_share). -#}
{% macro margin_of(net_amount, costed_net_amount, costed_margin_amount) -%}
    {%- set margin -%}
        case
            when {{ costed_net_amount }} = {{ net_amount }} and {{ costed_net_amount }} <> 0
                then {{ costed_margin_amount }}
            when
                {{ costed_net_amount }} > 0
                and {{ costed_net_amount }} >= {{ var('minimum_costed_share') }} * {{ net_amount }}
                then
                    cast({{ net_amount }} as double) * cast({{ costed_margin_amount }} as double)
                    / cast({{ costed_net_amount }} as double)
        end
    {%- endset -%}
    {{ decimal_of(margin, 18, 2) }}
{%- endmacro %}
