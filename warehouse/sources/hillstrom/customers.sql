-- One row per row of the file, whose number is the customer's id.
select
    _row_number,
    _row_number::varchar as customer_id
from landed
