{{ incremental_by('customer_id') }}

with

takes as (

    select
        takebacks.*,
        takebacks.record_kind = 'late_take' as is_late,
        cast(takebacks.amount as double) / nullif(cast(movements.amount as double), 0) as movement_share,
        movements.amount as movement_amount,
        movements.margin_amount
    from {{ changed(ref('int_takebacks')) }} as takebacks
    inner join {{ ref('int_movements') }} as movements
        on takebacks.return_movement_id = movements.movement_id
    where takebacks.record_kind in ('take', 'late_take', 'discount', 'credit')

),

summed as (

    select
        return_order_id as order_id,
        order_id as sold_order_id,
        customer_id,
        is_late,
        sum(amount) as amount,
        coalesce(sum(case when margin_amount is not null then amount end), 0) as costed_amount,
        coalesce(
            sum(
                case
                    when amount = movement_amount then margin_amount
                    else {{ decimal_of('margin_amount * movement_share', 28, 10) }}
                end
            ), 0
        ) as margin_amount
    from takes
    group by return_order_id, order_id, customer_id, is_late

)

select * from summed
