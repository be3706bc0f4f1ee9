-- Whether the groups of each campaign were alike before it, as groups drawn at random are.
select
    concat(campaign_name, ' (', campaign_id, ')') as campaign,
    case
        when bool_or(is_randomisation_doubtful) then 'doubtful'
        when bool_or(is_different) then 'differs'
        else 'alike'
    end as balance,
    arg_max(figure, abs(standardized_difference)) as largest_difference_in,
    arg_max(standardized_difference, abs(standardized_difference)) as largest_standardized_difference,
    max(joint_p_value) as joint_p_value,
    max(control_share) as control_share,
    max(planned_control_share) as planned_control_share,
    max(sample_ratio_p_value) as sample_ratio_p_value
from marts.campaign_balance
group by campaign_id, campaign_name
order by balance desc, campaign
limit 200
