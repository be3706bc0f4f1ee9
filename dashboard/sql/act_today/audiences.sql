-- The audiences that are handed on to other programs: how many match, who is left out and why, how many are handed on.
select
    audience_name,
    description,
    channel,
    owner,
    matched_count,
    without_consent_count,
    over_own_limit_count + over_common_limit_count as over_limit_count,
    beyond_size_count,
    held_out_count,
    exported_count,
    status,
    reason
from marts.audience_overview
order by exported_count desc, audience_name
