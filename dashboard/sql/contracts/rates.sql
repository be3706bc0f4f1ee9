-- How much of the recurring revenue of a year before is still there, with what the same customers added and without.
select
    month,
    kinds.retention_kind,
    case kinds.retention_kind
        when 'net' then net_revenue_retention_12m_share else gross_revenue_retention_12m_share
    end as retention_share,
    logo_churn_share,
    gross_revenue_churn_share
from marts.mrr_movements
cross join (select unnest(['net', 'gross']) as retention_kind) as kinds
where
    is_complete_month
    and net_revenue_retention_12m_share is not null
    and month between $from_month and $to_month
order by month, retention_kind
