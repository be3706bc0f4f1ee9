-- What customers write about, how they feel about it, and what they say in their own words; a quote stands for many.
select
    theme_name,
    text_count,
    negative_share,
    mean_rating,
    negative_quote,
    negative_quote_customer_count,
    positive_quote,
    positive_quote_customer_count,
    text_share,
    key_words
from scores.feedback_themes_current
where status = 'scored'
order by text_count desc, theme_name
limit 50
