with

judged as (

    select
        *,
        case
            when not is_measurable then 'not measurable'
            when not is_over then 'not over'
            when not is_told then 'too little data'
            when not is_significant then 'no effect shown'
            when adjusted_effect > 0 then 'gain'
            else 'loss'
        end as verdict,
        -- orders, converted customers and visitors have a price; of money the return is told
        outcome in ('orders', 'conversion', 'visit') and is_told as is_priced,
        case
            when is_told and cost_amount > 0
                then case
                    when outcome = 'margin' then 'margin'
                    when outcome = 'spend' and not is_margin_told then 'net amount'
                end
        end as roi_basis,
        cast(cost_amount as double) as cost
    from {{ ref('int_campaign_effects') }}

),

priced as (

    select
        campaign_id,
        campaign_name,
        campaign_channel,
        outcome,
        verdict,
        reason,

        -- booleans
        is_over,
        is_measurable,
        is_significant,

        -- the plain comparison
        treated_count,
        control_count,
        treated_mean,
        control_mean,
        effect,
        lower_effect,
        upper_effect,
        relative_effect,
        lower_relative_effect,
        upper_relative_effect,
        p_value,

        -- adjusted for spend before the touch
        adjusted_effect,
        lower_adjusted_effect,
        upper_adjusted_effect,
        adjusted_relative_effect,
        lower_adjusted_relative_effect,
        upper_adjusted_relative_effect,
        prior_spend_slope,
        variance_reduction_share,
        adjusted_p_value,
        false_discovery_p_value,

        -- what it brought and what it cost
        incremental_total,
        lower_incremental_total,
        upper_incremental_total,
        detectable_total,
        stated_fixed_cost_amount as fixed_cost_amount,
        stated_contact_cost_amount as contact_cost_amount,
        cost_amount,
        case when is_priced and incremental_total > 0 then cost / incremental_total end as cost_per_incremental,
        case when is_priced and upper_incremental_total > 0 then cost / upper_incremental_total end
            as lower_cost_per_incremental,
        case when is_priced and lower_incremental_total > 0 then cost / lower_incremental_total end
            as upper_cost_per_incremental,
        case
            when not is_priced then null
            when cost_amount is null then 'The source states no costs.'
            when lower_incremental_total > 0 then null
            when upper_incremental_total > 0
                then 'The interval of the effect includes 0: the cost of one more has no upper bound.'
            else 'It brought none: the whole interval of the effect lies at or below 0.'
        end as cost_note,
        roi_basis,
        {%- for end in ['', 'lower_', 'upper_'] %}
            case when roi_basis is not null then ({{ end }}incremental_total - cost) / cost end as {{ end }}roi,
        {%- endfor %}

        -- timestamps
        started_at,
        window_end_at
    from judged

)

select * from priced
