-- Of customers who complained about a theme, how many did not buy again, beside those who did not complain of it.
select
    theme_name,
    left_share,
    lower_left_share,
    upper_left_share,
    left_share_of_others,
    complaining_customer_count,
    left_p_value,
    comparison_count,
    churn_horizon_days
from scores.feedback_themes_current
where left_share is not null and lower_left_share is not null
order by left_share desc, theme_name
limit 25
