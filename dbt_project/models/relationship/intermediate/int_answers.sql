-- What customers answered before the run's date, and the purchase it is about: the order that is named or, where none
-- is, the customer's latest one before the answer.
with

answers as (

    select
        answers.feedback_id,
        answers.customer_id,
        answers.order_id,
        answers.known_at,
        cast(answers.known_at as date) as answer_date,
        feedback.product_code,
        answers.rating,
        answers.nps_score,
        case
            when answers.nps_score >= 9 then 'promoter'
            when answers.nps_score >= 7 then 'passive'
            when answers.nps_score is not null then 'detractor'
        end as nps_group
    from {{ ref('int_feedback') }} as answers
    inner join {{ ref('stg_feedback') }} as feedback
        on answers.feedback_id = feedback.feedback_id
    where answers.known_at < {{ run_date() }}

),

earlier_purchases as (

    select
        answers.feedback_id,
        orders.order_id,
        row_number() over (
            partition by answers.feedback_id
            order by orders.ordered_at desc, orders.order_id
        ) as purchase_rank
    from answers
    inner join {{ ref('fct_orders') }} as orders
        on answers.customer_id = orders.customer_id
        and orders.is_purchase
        and orders.ordered_at <= answers.known_at
    where answers.order_id is null

),

attributed as (

    select
        answers.feedback_id,
        answers.customer_id,
        answers.answer_date,
        answers.product_code,
        answers.rating,
        answers.nps_score,
        answers.nps_group,
        coalesce(answers.order_id, purchases.order_id) as order_id
    from answers
    left join earlier_purchases as purchases
        on answers.feedback_id = purchases.feedback_id and purchases.purchase_rank = 1

)

select * from attributed
