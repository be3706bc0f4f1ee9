-- The currencies of the shop's amounts.
select distinct currency
from marts.fct_orders
where currency is not null
order by currency
