"""One feature query in several engines: what each customer had bought by a date, from two Parquet files.

`python -m tools.benchmark.peer_features ENGINE FOLDER OUTPUT` runs it in one of them and writes the rows as Parquet. It
is what `int_customer_order_features` does for one date, without money handed back later: counts, amounts, means,
recency and distinct products. polars and pyspark are not in the lock: where they are installed, they are measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from tools.benchmark.marts import AS_OF_DATE
from warehouse.base.settings import Settings

WINDOW_DAYS = 90
_WINDOW_BEGIN = AS_OF_DATE - timedelta(days=WINDOW_DAYS)
_SPARK_MEMORY = "4g"  # its default of 1 GB ends at a million customers

# In what DuckDB and Spark both understand, but for days between dates.
_QUERY = """
with order_lines as (
    select
        orders.customer_id,
        orders.order_id,
        orders.order_kind,
        cast(orders.ordered_at as date) as order_date,
        order_items.product_code,
        cast(order_items.quantity * order_items.unit_price_amount as double) as amount
    from orders
    inner join order_items on orders.order_id = order_items.order_id
    where orders.ordered_at < date '{as_of}' and orders.cancelled_at is null
),
netted as (
    select
        customer_id,
        order_id,
        order_kind,
        order_date,
        order_kind = 'sale' as is_sale,
        order_kind = 'sale' and order_date >= date '{window_begin}' as is_late_sale,
        sum(amount) as amount,
        count(*) as line_count
    from order_lines
    group by customer_id, order_id, order_kind, order_date
),
by_order as (
    select
        customer_id,
        count(case when is_sale then 1 end) as order_count,
        count(case when is_late_sale then 1 end) as order_count_90d,
        sum(amount) as net_amount,
        sum(case when is_late_sale then amount else 0 end) as sales_amount_90d,
        avg(case when is_sale then amount end) as mean_order_amount,
        max(case when is_sale then order_date end) as last_order_date,
        min(case when is_sale then order_date end) as first_order_date,
        count(case when not is_sale then 1 end) as return_count,
        sum(line_count) as line_count
    from netted
    group by customer_id
),
by_product as (
    select customer_id, count(distinct product_code) as product_count from order_lines group by customer_id
)
select
    by_order.customer_id,
    order_count,
    order_count_90d,
    net_amount,
    sales_amount_90d,
    mean_order_amount,
    {days}(date '{as_of}', last_order_date) as days_since_last_order,
    {days}(last_order_date, first_order_date) as first_to_last_order_days,
    return_count,
    cast(line_count as bigint) as line_count,
    product_count
from by_order
inner join by_product on by_order.customer_id = by_product.customer_id
"""


def _query(days: str) -> str:
    return _QUERY.format(as_of=AS_OF_DATE, window_begin=_WINDOW_BEGIN, days=days)


def _with_duckdb(folder: Path, output: Path) -> None:
    import duckdb

    settings = Settings()
    config: dict[str, Any] = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    with duckdb.connect(config=config) as connection:
        connection.execute(f"set temp_directory = '{output}.spilled'")
        connection.execute("create macro days_between(later, earlier) as date_diff('day', earlier, later)")
        for table in ("orders", "order_items"):
            connection.execute(f"create view {table} as select * from read_parquet('{folder / table}.parquet')")
        connection.execute(f"copy ({_query('days_between')}) to '{output}' (format parquet)")


def _with_spark(folder: Path, output: Path) -> None:
    builder = import_module("pyspark.sql").SparkSession.builder.master(f"local[{Settings().threads}]")
    options = {
        "spark.driver.memory": _SPARK_MEMORY,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": f"{output}.spilled",
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
    }
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    gateway = session.sparkContext._gateway
    for table in ("orders", "order_items"):
        session.read.parquet(str(folder / f"{table}.parquet")).createOrReplaceTempView(table)
    session.sql(_query("datediff")).write.parquet(str(output))
    session.stop()
    # Its processor seconds count once it has ended and was waited for.
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


def _with_polars(folder: Path, output: Path) -> None:
    pl = import_module("polars")
    orders = pl.scan_parquet(folder / "orders.parquet").filter(
        pl.col("ordered_at") < pl.lit(AS_OF_DATE), pl.col("cancelled_at").is_null()
    )
    order_lines = pl.scan_parquet(folder / "order_items.parquet").join(orders, on="order_id")
    order_lines = order_lines.select(
        "customer_id",
        "order_id",
        "order_kind",
        "product_code",
        order_date=pl.col("ordered_at").dt.date(),
        amount=pl.col("quantity") * pl.col("unit_price_amount").cast(pl.Float64),
    )
    netted = (
        order_lines.group_by("customer_id", "order_id", "order_kind", "order_date")
        .agg(pl.col("amount").sum(), line_count=pl.len())
        .with_columns(is_sale=pl.col("order_kind") == "sale")
        .with_columns(is_late_sale=pl.col("is_sale") & (pl.col("order_date") >= pl.lit(_WINDOW_BEGIN)))
    )
    amount, order_date = pl.col("amount"), pl.col("order_date")
    sale, late_sale = pl.col("is_sale"), pl.col("is_late_sale")
    by_order = netted.group_by("customer_id").agg(
        order_count=sale.sum(),
        order_count_90d=late_sale.sum(),
        net_amount=amount.sum(),
        sales_amount_90d=amount.filter(late_sale).sum(),
        mean_order_amount=amount.filter(sale).mean(),
        days_since_last_order=(pl.lit(AS_OF_DATE) - order_date.filter(sale).max()).dt.total_days(),
        first_to_last_order_days=(order_date.filter(sale).max() - order_date.filter(sale).min()).dt.total_days(),
        return_count=sale.not_().sum(),
        line_count=pl.col("line_count").sum(),
    )
    by_product = order_lines.group_by("customer_id").agg(product_count=pl.col("product_code").n_unique())
    by_order.join(by_product, on="customer_id").sink_parquet(output)


def _with_pandas(folder: Path, output: Path) -> None:
    import pandas as pd

    kept = {
        "orders": ["order_id", "customer_id", "order_kind", "ordered_at", "cancelled_at"],
        "order_items": ["order_id", "product_code", "quantity", "unit_price_amount"],
    }
    orders, items = (
        pd.read_parquet(folder / f"{table}.parquet", columns=columns, dtype_backend="pyarrow")
        for table, columns in kept.items()
    )
    as_of, window_begin = pd.Timestamp(AS_OF_DATE), pd.Timestamp(_WINDOW_BEGIN)
    ordered_at = orders["ordered_at"].astype("datetime64[us]")
    orders = orders.assign(order_date=ordered_at.dt.normalize(), is_sale=(orders["order_kind"] == "sale").astype(bool))
    orders = orders.loc[(ordered_at < as_of) & orders["cancelled_at"].isna().astype(bool)]
    items["amount"] = items["quantity"].astype("float64") * items.pop("unit_price_amount").astype("float64")
    lines = items.merge(orders[["order_id", "customer_id"]], on="order_id")
    per_order = lines.groupby("order_id").agg(amount=("amount", "sum"), line_count=("amount", "size"))
    netted = orders.merge(per_order, left_on="order_id", right_index=True)
    sales = netted.loc[netted["is_sale"]]
    late = sales.loc[sales["order_date"] >= window_begin].groupby("customer_id")["amount"].agg(["size", "sum"])
    sold = sales.groupby("customer_id").agg(
        order_count=("amount", "size"),
        mean_order_amount=("amount", "mean"),
        last_order_date=("order_date", "max"),
        first_order_date=("order_date", "min"),
    )
    features = netted.groupby("customer_id").agg(
        net_amount=("amount", "sum"), line_count=("line_count", "sum"), all_count=("amount", "size")
    )
    features = features.join(sold).join(late.rename(columns={"size": "order_count_90d", "sum": "sales_amount_90d"}))
    features["product_count"] = lines.groupby("customer_id")["product_code"].nunique()
    counts = ["order_count", "order_count_90d", "sales_amount_90d"]
    features[counts] = features[counts].fillna(0)
    features["return_count"] = features.pop("all_count") - features["order_count"]
    last, first = features.pop("last_order_date"), features.pop("first_order_date")
    features["days_since_last_order"] = (as_of - last).dt.days
    features["first_to_last_order_days"] = (last - first).dt.days
    features.reset_index().to_parquet(output)


ENGINES: dict[str, Callable[[Path, Path], None]] = {
    "duckdb": _with_duckdb,
    "polars": _with_polars,
    "pandas": _with_pandas,
    "pyspark": _with_spark,
}

if __name__ == "__main__":
    ENGINES[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
