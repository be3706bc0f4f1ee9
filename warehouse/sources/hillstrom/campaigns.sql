-- The two e-mails. What they cost is not known.
select distinct
    trim("segment") as campaign_id,
    trim("segment") as campaign_name,
    'e-mail' as campaign_channel,
    '2008-02-15 00:00:00' as started_at,
    '2008-02-29 00:00:00' as ended_at
from accepted
where lower(trim("segment")) <> 'no e-mail'
