-- Who may not be contacted and why, and the money that no campaign can reach.
select
    consent_status,
    count(*) as customer_count,
    sum(value_at_stake_amount) as value_at_stake_amount,
    sum(expected_loss_amount) as expected_loss_amount
from marts.customer_360
where
    not may_be_contacted
    and (len($countries) = 0 or list_contains($countries, country))
    and (len($segments) = 0 or list_contains($segments, segment_name))
group by consent_status
order by customer_count desc, consent_status
