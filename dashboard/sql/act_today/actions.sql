-- For how many customers each action is the next best one, whether they may be contacted, and the money
-- that hangs on it; the action with the most to be lost per customer first.
with
grouped as (
    select
        next_best_action_with_consent as action,
        may_be_contacted,
        count(*) as customer_count,
        sum(value_at_stake_amount) as value_at_stake_amount,
        sum(expected_loss_amount) as expected_loss_amount
    from marts.customer_360
    where
        next_best_action_with_consent is not null
        and (len($countries) = 0 or list_contains($countries, country))
        and (len($segments) = 0 or list_contains($segments, segment_name))
    group by next_best_action_with_consent, may_be_contacted
)
select
    action as next_best_action,
    may_be_contacted,
    customer_count,
    value_at_stake_amount,
    expected_loss_amount
from grouped
order by
    action in ('keep_in_touch', 'no_action'),
    sum(expected_loss_amount) over (partition by action) / sum(customer_count) over (partition by action) desc nulls last,
    action,
    may_be_contacted desc
