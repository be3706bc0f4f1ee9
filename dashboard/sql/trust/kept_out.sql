-- Why rows of the files were kept out, by table; what stood in the row is left out of the reason.
select
    table_name,
    regexp_replace(reason, '''[^'']*''', '…', 'g') as reason,
    count(*) as row_count,
    any_value(reason) as example,
    string_agg(distinct file_name, ', ' order by file_name) as file_name
from quality.quarantined_rows
group by table_name, regexp_replace(reason, '''[^'']*''', '…', 'g')
order by row_count desc, table_name, reason
limit 100
