-- Who got which e-mail. Those who got none are the control group of both.
with drawn as (
    select
        contract_row.customer_id,
        trim("segment") as segment,
        lower(trim("segment")) = 'no e-mail' as is_control
    from accepted
),

mailings as (
    select distinct segment as campaign_id
    from drawn
    where not is_control
)

select
    drawn.segment as campaign_id,
    drawn.customer_id,
    '2008-02-15 00:00:00' as touched_at,
    false as is_control
from drawn
where drawn.is_control is not true

union all

select
    mailings.campaign_id,
    drawn.customer_id,
    '2008-02-15 00:00:00' as touched_at,
    true as is_control
from drawn
cross join mailings
where drawn.is_control
