"""Rules about lines: quantity, price, goods given away, book-keeping. Each gives at most one finding per order."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.anomalies.configuration import AnomaliesConfiguration
from ml.jobs.anomalies.findings import findings, number, times
from ml.jobs.anomalies.tail import Tail, rarity
from warehouse.base.connections import one_row

_QUANTITIES = """
select
    order_id, customer_id, occurred_at as happened_at, quantity, amount, is_product_known,
    usual_log_quantity >= coalesce(own_log_quantity, usual_log_quantity) as is_usual_of_others,
    log_quantity_ratio as log_ratio
from anomaly_goods
where log_quantity_ratio > $least
"""

_PRICES = """
select
    order_id, customer_id, occurred_at as happened_at, quantity, price, exp(usual_log_price) as usual_price,
    log_price_ratio as log_ratio
from anomaly_goods
where log_price_ratio > $least
"""

_GIFTS = """
select
    order_id, customer_id, occurred_at as happened_at, quantity,
    quantity * exp(usual_log_price) as worth
from anomaly_goods
where price = 0 and quantity * exp(usual_log_price) > $least
"""

_BOOK_KEEPING = """
select
    order_id, customer_id, occurred_at as happened_at, what, coalesce(product_description, product_code) as described,
    amount
from anomaly_lines
where part in ('charge', 'adjustment') and abs(amount) > $least
"""


def line_findings(
    connection: duckdb.DuckDBPyConnection, usual_order_amount: float, configuration: AnomaliesConfiguration
) -> list[pd.DataFrame]:
    """All findings about lines of the ledger that was read."""
    return [
        _quantities(connection, configuration),
        _prices(connection, configuration),
        _gifts(connection, usual_order_amount, configuration),
        _book_keeping(connection, usual_order_amount, configuration),
    ]


def _quantities(connection: duckdb.DuckDBPyConnection, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    tail = _tail(connection, "log_quantity_ratio")
    rows = connection.execute(_QUANTITIES, {"least": tail.threshold(configuration.quantity.minimum_ratio)}).df()
    rows = _heaviest(rows, "log_ratio")
    known, others = (rows[name].to_numpy(dtype=bool) for name in ("is_product_known", "is_usual_of_others"))
    whose = np.select(
        [~others, known], ["what this customer usually takes", "what others buy of this product"], "a usual line"
    )
    words = [
        f"quantity {number(quantity)} is {times(np.exp(ratio))} times {told}"
        for quantity, ratio, told in zip(rows["quantity"], rows["log_ratio"], whose, strict=True)
    ]
    return findings(rows, "quantity", tail.strength(rows["log_ratio"].to_numpy()), rows["amount"].abs(), words)


def _prices(connection: duckdb.DuckDBPyConnection, configuration: AnomaliesConfiguration) -> pd.DataFrame:
    tail = _tail(connection, "log_price_ratio")
    rows = connection.execute(_PRICES, {"least": tail.threshold(configuration.price.minimum_ratio)}).df()
    rows["wrong"] = (rows["price"] - rows["usual_price"]).abs() * rows["quantity"]
    rows = _heaviest(rows, "log_ratio")
    words = [
        f"price {number(price)} against {number(usual)} usual"
        for price, usual in zip(rows["price"], rows["usual_price"], strict=True)
    ]
    return findings(rows, "price", tail.strength(rows["log_ratio"].to_numpy()), rows["wrong"], words)


def _gifts(
    connection: duckdb.DuckDBPyConnection, usual_order_amount: float, configuration: AnomaliesConfiguration
) -> pd.DataFrame:
    least = configuration.gift.minimum_ratio
    rows = _heaviest(connection.execute(_GIFTS, {"least": least * usual_order_amount}).df(), "worth")
    words = [
        f"{number(quantity)} pieces worth {number(worth)} at price 0"
        for quantity, worth in zip(rows["quantity"], rows["worth"], strict=True)
    ]
    order_count = one_row(connection, "select count(*) from anomaly_orders")[0]
    strength = rarity(len(rows) / order_count) * _decades(rows["worth"] / usual_order_amount, least)
    return findings(rows, "given_away", strength, rows["worth"], words)


def _book_keeping(
    connection: duckdb.DuckDBPyConnection, usual_order_amount: float, configuration: AnomaliesConfiguration
) -> pd.DataFrame:
    least = configuration.book_keeping.minimum_ratio
    rows = connection.execute(_BOOK_KEEPING, {"least": least * usual_order_amount}).df()
    rows["size"] = rows["amount"].abs()
    rows = _heaviest(rows, "size")
    words = [
        f"{str(what).replace('_', ' ')}{f' ({described})' if isinstance(described, str) else ''} of {number(amount)}, "
        f"{times(abs(amount) / usual_order_amount)} usual orders"
        for what, described, amount in zip(rows["what"], rows["described"], rows["amount"], strict=True)
    ]
    return findings(rows, "book_keeping", _decades(rows["size"] / usual_order_amount, least), rows["size"], words)


def _tail(connection: duckdb.DuckDBPyConnection, column: str) -> Tail:
    values = connection.execute(f"select {column} from anomaly_goods where {column} is not null").fetchnumpy()
    return Tail.of(np.asarray(values[column], dtype=float))


def _heaviest(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """The row of each order that is farthest off; ties by all other columns, so that their order does not matter."""
    others = sorted(set(rows.columns) - {by, "order_id"})
    return rows.sort_values([by, *others], ascending=False).drop_duplicates("order_id").sort_values("order_id")


def _decades(ratio: pd.Series, least: float) -> NDArray:
    """1 at the least ratio, one more for each factor of ten."""
    return 1 + np.log10(ratio.to_numpy() / least)
