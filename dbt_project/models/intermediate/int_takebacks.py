"""One row per take, reversal of a line and reversal of an order: found by warehouse/marts/takebacks.py."""

import pyarrow

from warehouse.marts.customer_documents import documents_by_customer
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
    customers = documents_by_customer(documents.order("order_id").fetchall(), lines.order("movement_id").fetchall())
    records = [record for customer_id, bought in customers.items() for record in walk(customer_id, bought)]
    return session.from_arrow(pyarrow.Table.from_pylist(records, schema=SCHEMA))
