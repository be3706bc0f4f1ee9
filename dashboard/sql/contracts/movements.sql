-- What moved the monthly recurring revenue of each month, up and down; the newest 36 months.
select
    mrr_movements.month,
    kinds.movement,
    case kinds.movement
        when 'new' then mrr_movements.new_mrr_amount
        when 'reactivated' then mrr_movements.reactivated_mrr_amount
        when 'expansion' then mrr_movements.expansion_mrr_amount
        when 'contraction' then -mrr_movements.contraction_mrr_amount
        else -mrr_movements.churned_mrr_amount
    end as movement_mrr_amount,
    mrr_movements.closing_mrr_amount,
    mrr_movements.is_complete_month
from marts.mrr_movements
cross join (
    select unnest(['new', 'reactivated', 'expansion', 'contraction', 'churned']) as movement
) as kinds
where
    mrr_movements.month between $from_month and $to_month
    and mrr_movements.month > (select max(month) from marts.mrr_movements) - interval 36 month
order by mrr_movements.month, kinds.movement
