with

effects as (

    select
        campaigns.*,
        campaigns.not_measurable_reason is null as is_measurable,
        outcomes.outcome,
        estimates.treated_mean,
        estimates.control_mean,
        {%- for name in ['effect', 'relative_effect', 'adjusted_effect', 'adjusted_relative_effect'] %}
            estimates.{{ name }},
            estimates.lower_{{ name }},
            estimates.upper_{{ name }},
        {%- endfor %}
        estimates.prior_spend_slope,
        estimates.variance_reduction_share,
        estimates.p_value,
        estimates.adjusted_p_value,
        estimates.false_discovery_p_value,
        -- found in four of five campaigns with groups like these: quantiles of 0.975 (t) and 0.8 (normal) by the error
        (estimates.adjusted_quantile + 0.8416) * estimates.adjusted_standard_error * campaigns.treated_count
            as detectable_total,
        coalesce(estimates.is_told, false) as is_told,
        coalesce(estimates.false_discovery_p_value < {{ var('campaign_false_discovery_share') }}, false)
            as is_significant,
        {%- for end in ['', 'lower_', 'upper_'] %}
            estimates.{{ end }}adjusted_effect * campaigns.treated_count as {{ end }}incremental_total,
        {%- endfor %}
        coalesce(margins.is_told, false) as is_margin_told,
        coalesce(
            campaigns.not_measurable_reason,
            case when not campaigns.is_over then 'Its response window is not over.' end,
            estimates.reason
        ) as reason
    from {{ ref('int_campaigns') }} as campaigns
    cross join (
        {% for outcome in ['orders', 'conversion', 'spend', 'margin', 'visit'] -%}
            select '{{ outcome }}' as outcome
            {%- if not loop.last %} union all {% endif -%}
        {%- endfor %}
    ) as outcomes
    left join {{ ref('int_campaign_estimates') }} as estimates
        on campaigns.campaign_id = estimates.campaign_id
        and outcomes.outcome = estimates.outcome
        and estimates.dimension = 'all'
    left join {{ ref('int_campaign_estimates') }} as margins
        on campaigns.campaign_id = margins.campaign_id
        and margins.outcome = 'margin'
        and margins.dimension = 'all'
    where outcomes.outcome in ('orders', 'conversion', 'spend') or estimates.outcome is not null

)

select * from effects
