-- What a customer has brought by the months since the first order, by the half-year of the first order; a point needs
-- every cohort of its half-year, so that the curve compares the same people. The newest six half-years.
with
halves as (
    select
        concat(year(cohort_month), case when month(cohort_month) <= 6 then ' H1' else ' H2' end) as cohort_half_year,
        cohort_month,
        months_since_first_order,
        cohort_customer_count,
        cumulative_net_amount
    from marts.cohort_revenue_retention
    where is_complete_month and cohort_month between $from_month and $to_month
),
cohorts as (
    select cohort_half_year, count(distinct cohort_month) as cohort_count
    from halves
    group by cohort_half_year
    order by cohort_half_year desc
    limit 6
)
select
    halves.cohort_half_year,
    halves.months_since_first_order,
    sum(halves.cohort_customer_count) as cohort_customer_count,
    sum(halves.cumulative_net_amount) / sum(halves.cohort_customer_count) as cumulative_net_amount_per_customer
from halves
inner join cohorts on halves.cohort_half_year = cohorts.cohort_half_year
group by halves.cohort_half_year, halves.months_since_first_order, cohorts.cohort_count
having count(*) = cohorts.cohort_count
order by halves.cohort_half_year, halves.months_since_first_order
