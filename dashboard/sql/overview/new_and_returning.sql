-- Net sales of each month by who bought: first purchases, customers who came back, guests without an account.
select
    revenue_new_and_returning.month,
    kinds.buyer_kind,
    case kinds.buyer_kind
        when 'new' then revenue_new_and_returning.new_net_amount
        when 'returning' then revenue_new_and_returning.returning_net_amount
        else revenue_new_and_returning.guest_net_amount
    end as net_amount,
    revenue_new_and_returning.is_complete_month
from marts.revenue_new_and_returning
cross join (select unnest(['returning', 'new', 'guest']) as buyer_kind) as kinds
where revenue_new_and_returning.month between $from_month and $to_month
order by month, buyer_kind
