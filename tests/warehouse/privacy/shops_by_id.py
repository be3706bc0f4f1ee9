"""Shops that name their customers and orders in different ways, each with somebody who is to be erased."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.tables.newest_versions import newest_versions

SOURCE = "files"


@dataclass(frozen=True)
class Shop:
    """How a shop writes ids, and who is to be erased."""

    name: str
    person: str
    other: str
    order_form: str
    is_id_in_orders: bool
    email: str = "zebulon.quux@canary.example"

    def order(self, customer: str, number: int) -> str:
        return self.order_form.format(customer=customer, number=number)

    def files(self) -> dict[str, str]:
        """The export, by file name: two orders of each, with lines and a mail address, and reviews that name."""
        customers = "customer_id,registered_at,first_name,last_name,email\n"
        customers += (
            f"{self.person},2024-01-01,Zebulon,Quux,{self.email}\n{self.other},2024-01-02,Anna,Ohara,anna@x.example\n"
        )
        orders = "order_id,customer_id,ordered_at,order_amount,buyer_mail\n"
        items = "order_item_id,order_id,product_code,quantity,unit_price_amount\n"
        reviews = "feedback_id,customer_id,order_id,given_at,rating,feedback_text\n"
        for at, (customer, mail) in enumerate(((self.person, self.email), (self.other, "anna@x.example"))):
            for number in (1, 2):
                order = self.order(customer, number + 2 * at)
                orders += f"{order},{customer},2024-02-0{number + 2 * at},{10 * number + at}.50,{mail}\n"
                items += f"{order}-1,{order},P,1,{10 * number + at}.50\n"
            reviews += f'r{at},{customer},{order},2024-03-01,5,"fine, from {self.email}"\n'
        return {"customers.csv": customers, "orders.csv": orders, "order_items.csv": items, "feedback.csv": reviews}

    def land(self, settings: Settings, suffix: str = "") -> None:
        """Write the export into the landing folder, under its names or further ones."""
        folder = settings.landing_of(SOURCE)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files().items():
            (folder / name.replace(".csv", f"{suffix}.csv")).write_text(text, encoding="utf-8")

    def traces(self) -> tuple[str, ...]:
        """What must be nowhere afterwards, as it would stand there."""
        orders = tuple(self.order(self.person, number) for number in (1, 2)) if self.is_id_in_orders else ()
        return (f",{self.person},", self.email, *orders)


SHOPS = (
    Shop("numbers", "17", "7", "{number}", is_id_in_orders=False),
    Shop(
        "mail addresses in orders",
        "zebulon.quux@canary.example",
        "anna@x.example",
        "{customer}/{number}",
        is_id_in_orders=True,
    ),
    Shop("numbers in orders", "777000123", "7000123", "O-{customer}-{number}", is_id_in_orders=True),
    Shop("short numbers in orders", "7", "17", "O-{customer}-{number}", is_id_in_orders=True),
    Shop("codes in orders", "ZX9Q0001", "ZX9Q00012", "ORD-{customer}-{number}", is_id_in_orders=True),
)


def stage(settings: Settings) -> None:
    """Staged orders and marts as dbt would make them, as far as erasing and publishing are concerned."""
    with open_build_file(settings, SOURCE) as connection:
        connection.execute("create schema if not exists marts; create schema if not exists staging")
        newest = newest_versions("raw.orders", "order_id")
        connection.execute(
            "create or replace table staging.stg_orders as select order_id, customer_id, customer_id as "
            f"source_customer_id, order_amount from ({newest})"
        )
        connection.execute(
            "create or replace table marts.dim_customers as select distinct customer_id from raw.customers"
        )
        connection.execute("create or replace table marts.customer_360 as select * from marts.dim_customers")
        connection.execute(
            "create or replace table marts.fct_orders as select order_id, customer_id, order_amount as net_amount, "
            "customer_id is null as is_guest from staging.stg_orders"
        )


def landed_texts(settings: Settings) -> dict[str, str]:
    """The landing folder as it stands."""
    folder: Path = settings.landing_of(SOURCE)
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.csv"))}
