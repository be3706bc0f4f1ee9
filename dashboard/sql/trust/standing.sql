-- Whether this version can be trusted, in figures: rules, rows kept out, money that nothing explains, persons, erasures.
with
rules as (
    select
        count(*) filter (where severity = 'critical') as critical_rule_count,
        count(*) filter (where severity = 'critical' and not success) as broken_critical_rule_count,
        count(*) filter (where severity <> 'critical' and not success) as raised_warning_count
    from quality.validation_results
    where as_of_date = $as_of_date
),
files as (
    select sum(rows_quarantined) / nullif(sum(rows_read), 0) as kept_out_share
    from quality.file_loads
    where not is_derived
),
money as (
    select sum(abs(amount)) as unexplained_amount
    from quality.revenue_reconciliation
    where as_of_date = $as_of_date and amount_class = 'unexplained'
),
persons as (
    select max(merged_id_count) as merged_id_count
    from quality.identity_summary
    where as_of_date = $as_of_date
),
privacy as (
    select
        (select count(*) from quality.erasures) as erasure_count,
        (select coalesce(sum(epsilon), 0) from quality.privacy_budget) as spent_epsilon
)
select
    tiles.figure,
    tiles.value,
    tiles.unit
from rules, files, money, persons, privacy, lateral (
    select
        unnest([
            'critical_rule_count', 'broken_critical_rule_count', 'raised_warning_count', 'kept_out_share',
            'unexplained_amount', 'merged_id_count', 'erasure_count', 'spent_epsilon'
        ]) as figure,
        unnest([
            critical_rule_count, broken_critical_rule_count, raised_warning_count, kept_out_share,
            unexplained_amount, merged_id_count, erasure_count, spent_epsilon
        ]::double[]) as value,
        unnest(['count', 'count', 'count', 'share', 'amount', 'count', 'count', 'ratio']) as unit,
        unnest(range(8)) as position
) as tiles
order by tiles.position
