-- One row per accepted subscriber. The file knows no sign-up date other than the start of the contract.
select
    contract_row.customer_id,
    contract_row.started_at as registered_at,
    "gender" as gender
from accepted
