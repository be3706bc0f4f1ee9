-- Campaigns added up. Their effects are not independent: they share people, and some share a control group. So the
-- error of a sum is that of what each person adds to it, over all campaigns (clustered by person, Liang and Zeger 1986,
-- Biometrika 73); of a single campaign that is Welch's.
with

measured as (

    select
        effects.campaign_id,
        effects.outcome,
        coalesce(effects.campaign_channel, 'unknown') as channel,
        cast({{ month_of('effects.started_at') }} as {{ dbt.type_string() }}) as month,
        effects.treated_count,
        effects.control_count,
        effects.incremental_total,
        effects.cost_amount,
        estimates.prior_spend_slope,
        estimates.prior_spend_mean,
        estimates.adjusted_treated_mean,
        estimates.adjusted_control_mean,
        estimates.adjusted_quantile
    from {{ ref('int_campaign_effects') }} as effects
    inner join {{ ref('int_campaign_estimates') }} as estimates
        on effects.campaign_id = estimates.campaign_id
        and effects.outcome = estimates.outcome
        and estimates.dimension = 'all'
    where effects.is_told

),

-- a person's part of the error of a campaign's total
parts as (

    {% for outcome in ['orders', 'spend', 'margin'] %}
        select
            measured.campaign_id,
            measured.outcome,
            outcomes.customer_id,
            (
                cast(outcomes.{{ outcome }} as double)
                - measured.prior_spend_slope * (cast(outcomes.earlier_spend as double) - measured.prior_spend_mean)
                - case
                    when outcomes.is_control then measured.adjusted_control_mean
                    else measured.adjusted_treated_mean
                end
            ) * case
                when outcomes.is_control
                    then
                        -measured.treated_count
                        / sqrt(cast(measured.control_count as double) * (measured.control_count - 1))
                else sqrt(measured.treated_count / cast(measured.treated_count - 1 as double))
            end as part
        from measured
        inner join {{ ref('int_campaign_outcomes') }} as outcomes
            on measured.campaign_id = outcomes.campaign_id
        where measured.outcome = '{{ outcome }}'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

totals as (

    {% for dimension in ['channel', 'month'] %}
        select
            '{{ dimension }}' as dimension,
            {{ dimension }} as segment,
            outcome,
            count(*) as campaign_count,
            cast(sum({{ summable('incremental_total') }}) as double) as incremental_total,
            sum(cost_amount) as cost_amount,
            count(cost_amount) as costed_campaign_count,
            max(adjusted_quantile) as quantile
        from measured
        where outcome in ('orders', 'spend', 'margin')
        group by {{ dimension }}, outcome
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

errors as (

    {% for dimension in ['channel', 'month'] %}
        select
            '{{ dimension }}' as dimension,
            segment,
            outcome,
            sqrt(cast(sum({{ summable('part * part') }}) as double)) as standard_error
        from (
            select
                measured.{{ dimension }} as segment,
                parts.outcome,
                parts.customer_id,
                cast(sum({{ summable('parts.part') }}) as double) as part
            from parts
            inner join measured
                on parts.campaign_id = measured.campaign_id
                and parts.outcome = measured.outcome
            group by measured.{{ dimension }}, parts.outcome, parts.customer_id
        ) as persons
        group by segment, outcome
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

summed as (

    select
        totals.*,
        totals.incremental_total - totals.quantile * errors.standard_error as lower_incremental_total,
        totals.incremental_total + totals.quantile * errors.standard_error as upper_incremental_total
    from totals
    inner join errors
        on totals.dimension = errors.dimension
        and totals.segment = errors.segment
        and totals.outcome = errors.outcome

)

select * from summed
