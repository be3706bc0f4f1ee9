-- Of what customers spent in the twelve months before, the share that the same people spent in the twelve months since.
select
    month,
    kinds.retention_kind,
    case kinds.retention_kind
        when 'net' then net_revenue_retention_share else gross_revenue_retention_share
    end as retention_share,
    earlier_customer_count,
    earlier_net_amount
from marts.loyalty_months
cross join (select unnest(['net', 'gross']) as retention_kind) as kinds
where
    is_complete_month
    and net_revenue_retention_share is not null
    and month between $from_month and $to_month
order by month, retention_kind
