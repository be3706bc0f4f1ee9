"""A build file with just what audiences read: a profile of each customer, touches of campaigns, contacts, orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from warehouse.audiences.select import select_audiences
from warehouse.audiences.selection import Selection
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.tables.own_tables import create_own_tables

SOURCE = "files"
DAY = date(2026, 7, 1)
MOVEMENTS = (
    "create table intermediate.int_customer_movements (customer_id varchar, occurred_at timestamp, sold_at timestamp, "
    "counts_from_at timestamp, counts_until_at timestamp, is_demand boolean, net_amount decimal(18, 2))"
)
FIELDS = "description: A test., owner: tests, channel: email, hold_out_share: 0.2"


@dataclass(frozen=True)
class Shop:
    """A shop of numbered customers: c1 …; every fifth refuses to be contacted."""

    settings: Settings
    source: str = SOURCE
    stands: list[date] = field(
        default_factory=lambda: [DAY]
    )  # the dates that the profile stood as of, the last one now

    @property
    def declarations(self) -> Path:
        folder = self.settings.audiences_folder
        assert folder is not None
        return folder

    def declare(self, *audiences: str, file: str = "test.yml") -> None:
        """Each audience as `name: fields`, in YAML's short form without braces."""
        lines = []
        for audience in audiences:
            name, _, fields = audience.partition(": ")
            known = {field.split(":")[0].strip() for field in fields.split(", ")}
            kept = [field for field in FIELDS.split(", ") if field.split(":")[0] not in known]
            lines.append(f"{name}: {{{', '.join([*kept, fields])}}}")
        (self.declarations / file).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def select(self, day: date = DAY, *, write: bool = True) -> Selection:
        """Select as of a date, to which the profile is moved."""
        if day != self.stands[-1]:
            self.run(f"update marts.customer_360 set as_of_date = date '{day}'")
            self.stands.append(day)
        return select_audiences(self.settings, self.source, day, write=write)

    def run(self, sql: str, parameters: object = None) -> list[tuple]:
        with open_build_file(self.settings, self.source) as connection:
            return connection.execute(sql, parameters).fetchall()

    def members(self, name: str, day: date = DAY) -> dict[str, bool]:
        """Who was chosen, in order, and whether they are held out."""
        return dict(
            self.run(
                "select customer_id, is_held_out from marts.audience_members "
                "where audience_name = ? and as_of_date = ? order by position",
                [name, day],
            )
        )

    def exported(self, name: str, day: date = DAY) -> set[str]:
        return {customer for customer, is_held_out in self.members(name, day).items() if not is_held_out}

    def buy(self, customers: Iterable[str], day: date, amount: int = 10, until: date | None = None) -> None:
        """A sale of each on a day; it stands, or only until a day."""
        self.sell([(customer, day, amount) for customer in customers], until)

    def sell(self, sales: Sequence[tuple[str, date, int]], until: date | None = None) -> None:
        """Sales of a customer on a day for an amount, at noon."""
        who, days, amounts = (list(column) for column in zip(*sales, strict=True))
        self.run(
            "insert into intermediate.int_customer_movements "
            "select who, noon, noon, noon, $until::timestamp, true, amount from (select unnest($who) as who, "
            "unnest($days)::timestamp + interval 12 hours as noon, unnest($amounts) as amount)",
            {"who": who, "days": days, "amounts": amounts, "until": until},
        )

    def touch(self, customer_id: str, day: date, *, is_control: bool = False) -> None:
        self.run(
            "insert into staging.stg_campaign_touches values ('k', ?, ?, ?)",
            [customer_id, is_control, day + timedelta(hours=0)],
        )


def made_shop(settings: Settings, customers: int = 100, source: str = SOURCE) -> Shop:
    """Make the build file, and an empty folder of audiences."""
    folder = settings.audiences_folder
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    with open_build_file(settings, source) as connection:
        for schema in ("marts", "staging", "intermediate", "pii", "quality"):
            connection.execute(f"create schema if not exists {schema}")
        create_own_tables(connection, "pii")
        connection.execute(
            f"""
            create table marts.customer_360 as
            select 'c' || i as customer_id, date '{DAY}' as as_of_date, i::integer as order_count,
                (i * 10)::decimal(18, 2) as net_amount, (i % 5) <> 0 as may_be_contacted,
                case when i % 2 = 0 then 'high' else 'low' end as churn_risk_band, '=1+' || i as country
            from range(1, ?) as t (i)
            """,
            [customers + 1],
        )
        connection.execute("create table marts.dim_customers as select customer_id from marts.customer_360")
        connection.execute(
            "create table staging.stg_campaign_touches "
            "(campaign_id varchar, customer_id varchar, is_control boolean, touched_at timestamp)"
        )
        connection.execute(
            "create table pii.customer_contacts as "
            "select customer_id, customer_id || '@example.com' as email, '+49 ' || customer_id as phone "
            "from marts.customer_360"
        )
        connection.execute(MOVEMENTS)
    return Shop(settings, source)
