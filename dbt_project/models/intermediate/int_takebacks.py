"""One row per take, reversal of a line and reversal of an order: found by warehouse/marts/takebacks.py."""

import pyarrow

from warehouse.marts.customer_documents import documents_by_customer
from warehouse.marts.model_frames import made_by_customer
from warehouse.marts.takebacks import walk

SCHEMA = pyarrow.schema(
    [
        ("record_kind", pyarrow.string()),
        ("customer_id", pyarrow.string()),
        ("order_id", pyarrow.string()),
        ("movement_id", pyarrow.string()),
        ("return_order_id", pyarrow.string()),
        ("return_movement_id", pyarrow.string()),
        ("quantity", pyarrow.decimal128(28, 10)),
        ("amount", pyarrow.decimal128(28, 10)),
        ("from_at", pyarrow.timestamp("us")),
        ("until_at", pyarrow.timestamp("us")),
    ]
)


def model(dbt, session):
    documents, lines = dbt.ref("int_takeback_documents"), dbt.ref("int_takeback_lines")
    if dbt.is_incremental:
        changed = dbt.source("state", "changed_customers").distinct()
        documents = documents.join(changed, "customer_id", how="semi")
        lines = lines.join(changed, "customer_id", how="semi")
    return made_by_customer(session, {"order_id": documents, "movement_id": lines}, take_back, SCHEMA)


def take_back(documents, lines):
    customers = documents_by_customer(documents, lines)
    return [record for customer_id, bought in customers.items() for record in walk(customer_id, bought)]
