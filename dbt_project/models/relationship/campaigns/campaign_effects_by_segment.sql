with

effects as (

    select
        estimates.campaign_id,
        campaigns.campaign_name,
        estimates.dimension,
        estimates.segment,
        estimates.outcome,
        estimates.treated_count,
        estimates.control_count,
        estimates.treated_mean,
        estimates.control_mean,
        estimates.adjusted_effect,
        estimates.lower_adjusted_effect,
        estimates.upper_adjusted_effect,
        estimates.adjusted_p_value,
        estimates.false_discovery_p_value,
        coalesce(estimates.false_discovery_p_value < {{ var('campaign_false_discovery_share') }}, false)
            as is_significant,
        estimates.difference_p_value,
        coalesce(
            campaigns.not_measurable_reason,
            case when not campaigns.is_over then 'Its response window is not over.' end,
            estimates.reason
        ) as reason
    from {{ ref('int_campaign_estimates') }} as estimates
    inner join {{ ref('int_campaigns') }} as campaigns
        on estimates.campaign_id = campaigns.campaign_id
    where estimates.dimension <> 'all'

)

select * from effects
