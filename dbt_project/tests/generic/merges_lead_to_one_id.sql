{#- The id that stands for a person is not itself merged into another. -#}
{% test merges_lead_to_one_id(model) %}
select merged.source_customer_id
from {{ model }} as merged
inner join {{ model }} as survivors
    on merged.customer_id = survivors.source_customer_id
{% endtest %}
