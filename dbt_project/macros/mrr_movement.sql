{#- How the MRR of a contract or a customer moved since the month before (docs/contract-money.md): by whether something was
    paid for then, is now, and ever was before, and by what changed otherwise than by a price that became known. -#}
{% macro mrr_movement(was_paying, is_paying, has_paid_before, change) -%}
    case
        when {{ was_paying }} and not {{ is_paying }} then 'churned'
        when {{ is_paying }} and not {{ was_paying }} and {{ has_paid_before }} then 'reactivated'
        when {{ is_paying }} and not {{ was_paying }} then 'new'
        when {{ change }} > 0 then 'expansion'
        when {{ change }} < 0 then 'contraction'
        else 'unchanged'
    end
{%- endmacro %}

{#- The movements of money, as columns of marts name them; the last two lower it. -#}
{% macro mrr_movements_named() -%}
    {{ return(['new', 'reactivated', 'expansion', 'contraction', 'churned']) }}
{%- endmacro %}
