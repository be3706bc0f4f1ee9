"""A small ledger in memory: 600 plain orders of 120 customers, and whatever a test adds."""

from __future__ import annotations

from datetime import date, datetime

import duckdb

AS_OF_DATE = date(2026, 1, 1)
SOURCE = "memory"  # what DuckDB calls a database without a file
FIRST = datetime(2025, 3, 1, 12)

_TABLES = """
create schema intermediate;
create schema staging;
create schema pii;
create table intermediate.int_movements (
    movement_id varchar, movement_status varchar, order_id varchar, customer_id varchar, order_kind varchar,
    occurred_at timestamp, order_date date, product_code varchar, product_description varchar, line_kind varchar,
    pseudo_product_kind varchar, part varchar, quantity decimal(18, 6), unit_price_amount decimal(20, 10),
    exchange_rate decimal(16, 10), amount decimal(28, 10));
create table intermediate.int_takebacks (
    record_kind varchar, order_id varchar, amount decimal(28, 10), from_at timestamp, until_at timestamp);
create table intermediate.int_order_heads (order_id varchar, cancelled_at timestamp);
create table staging.stg_customers (
    customer_id varchar, registered_at timestamp, phone varchar, street_address varchar, postcode varchar,
    city varchar);
create table pii.anomaly_states (
    source varchar, subject_type varchar, subject_id varchar, customer_id varchar, state varchar, decided_by varchar,
    decided_on date, reason varchar);
"""

_PLAIN = f"""
insert into intermediate.int_movements
select
    concat(number, '-', line), 'kept', printf('O%03d', number), printf('C%03d', number % 120), 'sale', moment,
    cast(moment as date), concat('P', product), null, 'goods', null, 'sale', quantity, 10 + product, 1,
    quantity * (10 + product)
from (
    select
        number, line, timestamp '{FIRST}' + to_hours(11 * number) as moment, (number + line) % 5 as product,
        case when line = 0 then 1 + number % 3 else 1 end as quantity
    from range(600) as orders (number), range(2) as lines (line)
);
insert into staging.stg_customers
select
    printf('C%03d', number), timestamp '{FIRST}', printf('+49 341 5550%03d', number), concat('Ringstr. ', number),
    '12345', 'Leipzig'
from range(120) as customers (number);
"""


_LARGE_ORDERS = f"""
insert into intermediate.int_movements
select
    concat(number, '-', line), 'kept', concat('O', number), concat('C', number % 1000), 'sale', moment,
    cast(moment as date), concat('product ', product), concat('described at some length: ', product), 'goods', null,
    'sale', 1 + product % 3, 10 + product, 1, (1 + product % 3) * (10 + product)
from (
    select number, line, timestamp '{FIRST}' + to_minutes(60 * number) as moment, (7 * number + line) % 300 as product
    from range($order_count) as orders (number), range($line_count) as lines (line)
)
"""


class SmallLedger:
    """Builds the tables that the job reads."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(_TABLES)

    def order(
        self,
        order_id: str,
        customer_id: str | None,
        ordered_at: datetime,
        lines: list[tuple[str, float, float]],
        *,
        cancelled_at: datetime | None = None,
        returned_at: datetime | None = None,
    ) -> None:
        """A sale: product, quantity and price of each line; returned as a whole if `returned_at` is given."""
        for number, (product, quantity, price) in enumerate(lines):
            self._line(order_id, customer_id, ordered_at, (f"{number}", product, quantity, price), ("goods", "sale"))
        self.connection.execute("insert into intermediate.int_order_heads values (?, ?)", [order_id, cancelled_at])
        if returned_at:
            amount = -sum(quantity * price for _, quantity, price in lines)
            self.connection.execute(
                "insert into intermediate.int_takebacks values ('take', ?, ?, ?, null)",
                [order_id, amount, returned_at],
            )

    def large_orders(self, order_count: int, line_count: int) -> None:
        """Orders of so many lines each, of a thousand customers."""
        self.connection.execute(_LARGE_ORDERS, {"order_count": order_count, "line_count": line_count})

    def adjustment(self, order_id: str, at: datetime, code: str, amount: float) -> None:
        """A book-keeping line of nobody's."""
        self._line(order_id, None, at, ("0", code, 1, amount), ("adjustment", "adjustment"))

    def _line(
        self,
        order_id: str,
        customer_id: str | None,
        at: datetime,
        what: tuple[str, str, float, float],
        kind: tuple[str, str],
    ) -> None:
        number, product, quantity, price = what
        line_kind, part = kind
        self.connection.execute(
            "insert into intermediate.int_movements values (?, 'kept', ?, ?, ?, ?, ?, ?, null, ?, null, ?, ?, ?, 1, ?)",
            [
                *(f"{order_id}-{number}", order_id, customer_id, part, at, at.date()),
                *(product, line_kind, part, quantity, price, quantity * price),
            ],
        )

    def state(
        self, subject_id: str, state: str, *, about: str = "order", source: str = SOURCE, on: date = date(2025, 12, 1)
    ) -> None:
        self.connection.execute(
            "insert into pii.anomaly_states values (?, ?, ?, null, ?, 'mh', ?, 'looked at it')",
            [source, about, subject_id, state, on],
        )


def plain_shop() -> SmallLedger:
    """120 customers order five times: up to three of one product of P0 to P4 (10.00 to 14.00), one of the next."""
    ledger = SmallLedger()
    ledger.connection.execute(_PLAIN)
    return ledger
