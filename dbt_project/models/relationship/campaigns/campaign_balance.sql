with

balance as (

    select
        balance.campaign_id,
        campaigns.campaign_name,
        balance.figure,
        balance.treated_count,
        balance.control_count,
        balance.treated_mean,
        balance.control_mean,
        balance.standardized_difference,
        balance.chance_difference,
        coalesce(abs(balance.standardized_difference) > {{ var('campaign_balance_threshold') }}, false) as is_different,
        balance.joint_p_value,
        cast(balance.control_count as double) / (balance.treated_count + balance.control_count) as control_share,
        balance.planned_control_share,
        balance.sample_ratio_p_value,
        coalesce(balance.joint_p_value < {{ var('campaign_randomisation_alpha') }}, false)
        or coalesce(balance.sample_ratio_p_value < {{ var('campaign_randomisation_alpha') }}, false)
            as is_randomisation_doubtful
    from {{ ref('int_campaign_balance') }} as balance
    inner join {{ ref('int_campaigns') }} as campaigns
        on balance.campaign_id = campaigns.campaign_id

)

select * from balance
