-- Who visited the shop's site in the two weeks after, once: the file does not say how often, nor when.
select
    contract_row.customer_id || '-visit' as event_id,
    contract_row.customer_id,
    '2008-02-28 12:00:00' as occurred_at,
    'visit' as event_type
from accepted
where trim("visit") in ('1', '1.0', 'true', 'True')
