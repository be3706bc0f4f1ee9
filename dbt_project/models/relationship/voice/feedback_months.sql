with

texts as (

    select
        *,
        {{ month_of('given_date') }} as month
    from {{ ref('int_feedback_read') }}

),

-- each text in every cut in which it is shown
cut as (

    select
        month,
        'all' as cut_by,
        'all' as cut_value,
        sentiment_label,
        sentiment_score
    from texts

    union all

    select
        month,
        'theme' as cut_by,
        coalesce(theme_name, 'not known') as cut_value,
        sentiment_label,
        sentiment_score
    from texts

    union all

    select
        texts.month,
        'product_group' as cut_by,
        coalesce(products.category, 'not known') as cut_value,
        texts.sentiment_label,
        texts.sentiment_score
    from texts
    left join {{ ref('dim_products') }} as products
        on texts.product_code = products.product_code

    union all

    select
        texts.month,
        'segment' as cut_by,
        coalesce(customers.segment_name, 'not known') as cut_value,
        texts.sentiment_label,
        texts.sentiment_score
    from texts
    left join {{ ref('customer_360') }} as customers
        on texts.customer_id = customers.customer_id

),

counted as (

    select
        month,
        cut_by,
        cut_value,
        count(*) as text_count,
        count(case when sentiment_label = 'negative' then 1 end) as negative_count,
        count(case when sentiment_label = 'neutral' then 1 end) as neutral_count,
        count(case when sentiment_label = 'positive' then 1 end) as positive_count,
        avg({{ summable('sentiment_score') }}) as mean_sentiment_score
    from cut
    group by month, cut_by, cut_value

),

shown as (

    select
        month,
        cut_by,
        cut_value,
        cast({{ dbt.dateadd('month', 1, 'month') }} as date) <= {{ run_date() }} as is_complete_month,
        cast(text_count as integer) as text_count,
        cast(negative_count as integer) as negative_count,
        cast(neutral_count as integer) as neutral_count,
        cast(positive_count as integer) as positive_count,
        cast(mean_sentiment_score as double) as mean_sentiment_score,
        cast(negative_count as double) / text_count as negative_share,
        {{ wilson_lower('negative_count', 'text_count') }} as lower_negative_share,
        {{ wilson_upper('negative_count', 'text_count') }} as upper_negative_share
    from counted

)

select * from shown
