-- What each campaign changed per customer against its control group, plain and after taking off what earlier spend
-- explains (CUPED), with 95 % intervals; the newest 20.
with
newest as (
    select *
    from marts.campaign_effects
    where outcome = $outcome and effect is not null
    order by started_at desc, campaign_id
    limit 20
)
select
    concat(campaign_name, ' (', campaign_id, ')') as campaign,
    campaign_channel,
    kinds.effect_kind,
    case kinds.effect_kind when 'adjusted' then adjusted_effect else effect end as effect,
    case kinds.effect_kind when 'adjusted' then lower_adjusted_effect else lower_effect end as lower_effect,
    case kinds.effect_kind when 'adjusted' then upper_adjusted_effect else upper_effect end as upper_effect,
    verdict,
    treated_count,
    control_count,
    treated_mean,
    control_mean,
    started_at
from newest
cross join (select unnest(['adjusted', 'plain']) as effect_kind) as kinds
order by started_at desc, campaign, effect_kind
