-- In which languages customers write, and how they feel.
select
    language_code,
    count(*) as text_count,
    count(*) filter (where sentiment_label = 'negative') as negative_count,
    count(*) filter (where sentiment_label = 'neutral') as neutral_count,
    count(*) filter (where sentiment_label = 'positive') as positive_count,
    avg(sentiment_score) as mean_sentiment_score,
    string_agg(distinct sentiment_source, ', ' order by sentiment_source) as sentiment_source
from scores.feedback_sentiment_current
where status = 'scored'
group by language_code
order by text_count desc, language_code
limit 40
