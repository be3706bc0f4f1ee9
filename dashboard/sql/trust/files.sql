-- What was loaded from which file, the newest first.
select
    file_name,
    table_name,
    rows_read,
    rows_loaded,
    rows_quarantined,
    rows_already_loaded,
    rows_corrected,
    rows_gone,
    values_emptied,
    ignored_columns,
    loaded_at
from quality.file_loads
order by loaded_at desc, file_name
limit 200
