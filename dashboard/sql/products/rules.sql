-- What is bought together with what, in a period and by a segment, the strongest first; the confidence is measured again
-- on later baskets.
select
    rule_rank,
    antecedent_product_names,
    consequent_product_name,
    confidence_share,
    later_confidence_share,
    expected_confidence_share,
    lift,
    later_lift,
    joint_basket_count,
    antecedent_basket_count,
    basket_count,
    period_name
from scores.product_rules_current
where status = 'scored' and period_name = $period and segment_name = $segment
order by rule_rank
limit 100
