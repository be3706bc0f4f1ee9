-- How much has arrived, how much of it was kept out, and when.
select
    published_version,
    last_arrived_at,
    file_count,
    left_file_count,
    order_count,
    rows_read,
    rows_quarantined,
    changed_order_count
from since.summary
