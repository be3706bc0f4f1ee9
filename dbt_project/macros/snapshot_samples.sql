{#-
    In a large shop, dates to learn from hold a sample of the customers (var snapshot_sample_customer_count): the same ones on
    every date, told by the first two digits of their ids' md5, which every engine computes alike. int_snapshot_dates says
    below which digits the sample of a date lies.
-#}

{% macro sampling_digits(customer_id) -%}
    substr(md5({{ customer_id }}), 1, 2)
{%- endmacro %}

{#- Whether a date holds a customer; one without a sample holds everyone. -#}
{% macro is_in_sample(digits, sampled_below) -%}
    ({{ sampled_below }} is null or {{ digits }} < {{ sampled_below }})
{%- endmacro %}

{#- Below which digits the sample lies of a shop with so many customers: halved as often as leaves enough, eight times at
    most; null where not even a half is enough. -#}
{% macro sampled_below(customer_count) -%}
    {%- set enough = var('snapshot_sample_customer_count') -%}
    {%- if enough -%}
        case
            {%- for halvings in range(8, 0, -1) %}
                when {{ customer_count }} >= {{ enough * 2 ** halvings }} then '{{ '%02x' % (256 // 2 ** halvings) }}'
            {%- endfor %}
        end
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{#- Which share of the customers that is. -#}
{% macro sampled_share(sampled_below) -%}
    case {{ sampled_below }}
        {%- for halvings in range(1, 9) %}
            when '{{ '%02x' % (256 // 2 ** halvings) }}' then cast({{ 1 / 2 ** halvings }} as double)
        {%- endfor %}
        else cast(1 as double)
    end
{%- endmacro %}
