{{ config(materialized='view') }}

-- Whose an answer is that names no customer, the order says that it names; from when on that order is known.
with

attributed as (

    select
        feedback.feedback_id,
        coalesce(feedback.customer_id, orders.customer_id) as customer_id,
        feedback.order_id,
        feedback.given_at,
        case
            when feedback.customer_id is null and orders.ordered_at > feedback.given_at then orders.ordered_at
            else feedback.given_at
        end as known_at,
        feedback.rating,
        feedback.nps_score
    from {{ ref('stg_feedback') }} as feedback
    left join {{ ref('stg_orders') }} as orders
        on feedback.order_id = orders.order_id

)

select * from attributed
