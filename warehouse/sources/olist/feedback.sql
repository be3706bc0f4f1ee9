-- One row per review and order: some review_ids stand at several orders.
select
    landed._row_number,
    landed."review_id" || '-' || landed."order_id" as feedback_id,
    orders.customer_id,
    landed."order_id" as order_id,
    landed."review_creation_date" as given_at,
    landed."review_score" as rating,
    nullif(concat_ws(e'\n', landed."review_comment_title", landed."review_comment_message"), '') as feedback_text
from landed
left join raw.orders as orders on orders.order_id = landed."order_id"
