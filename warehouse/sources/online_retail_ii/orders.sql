-- One row per invoice among the accepted lines. An invoice's lines differ by at most minutes: the first counts.
select
    contract_row.order_id,
    min(regexp_replace(trim("Customer ID"), '\.0$', '')) as customer_id,
    min("InvoiceDate") as ordered_at,
    case left(contract_row.order_id, 1)
        when 'C' then 'return'
        when 'A' then 'adjustment'
        else 'sale'
    end as order_kind,
    'GBP' as currency,
    min("Country") as country
from accepted
group by contract_row.order_id
