-- What customers of each channel bring for each unit that winning them cost, by margin where it is known.
select
    acquisition_channel,
    customer_count,
    costed_customer_count,
    acquisition_cost_amount,
    historic_amount,
    predicted_amount,
    case when margin_to_cac_ratio is null then 'net_amount' else 'margin' end as value_basis,
    coalesce(margin_to_cac_ratio, clv_to_cac_ratio) as value_to_cost_ratio,
    case
        when margin_to_cac_ratio is null then lower_clv_to_cac_ratio else lower_margin_to_cac_ratio
    end as lower_value_to_cost_ratio,
    case
        when margin_to_cac_ratio is null then upper_clv_to_cac_ratio else upper_margin_to_cac_ratio
    end as upper_value_to_cost_ratio
from marts.acquisition_channel_value
where clv_to_cac_ratio > 0
order by value_to_cost_ratio desc
limit 15
