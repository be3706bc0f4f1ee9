"""Times in raw are the shop's: what has an offset is converted, what has none is as it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from loading_texts import found, load_texts

from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.runs.planning import plan_run

ORDERS = "order_id,ordered_at\n"


def in_zone(settings: Settings, zone: str) -> Settings:
    return settings.model_copy(update={"time_zone": zone})


def test_offsets_are_converted_and_local_times_stay(settings: Settings) -> None:
    sydney = in_zone(settings, "Australia/Sydney")
    load_texts(
        sydney,
        orders=ORDERS + "1,2024-01-31T20:15:00Z\n2,2024-02-01 07:15:00\n3,2024-07-01 00:10:00 +1000\n"
        # The clock goes forward at 02:00: this time there never was. It goes back at 03:00: this one there was twice.
        "4,2024-10-06 02:30:00\n5,2024-04-07 02:30:00\n",
        customers="customer_id,birth_date\nc,1980-05-31T20:00:00Z\n",
    )
    assert found(sydney, "select ordered_at::varchar from raw.orders order by order_id") == [
        ("2024-02-01 07:15:00",),
        ("2024-02-01 07:15:00",),
        ("2024-07-01 00:10:00",),
        ("2024-10-06 02:30:00",),
        ("2024-04-07 02:30:00",),
    ]
    assert found(sydney, "select birth_date::varchar from raw.customers") == [("1980-06-01",)]


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    moments=st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2024, 1, 1)), min_size=1, max_size=20),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
)
def test_every_moment_is_what_the_clock_of_the_shop_showed(
    tmp_path_factory: pytest.TempPathFactory, moments: list[datetime], zone: str
) -> None:
    shop = Settings(home=tmp_path_factory.mktemp("home"), time_zone=zone)
    moments = [moment.replace(microsecond=0) for moment in moments]
    rows = "".join(f"{number:02},{moment.isoformat()}Z\n" for number, moment in enumerate(moments))
    load_texts(shop, orders=ORDERS + rows)
    clock = [moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    assert [at for (at,) in found(shop, "select ordered_at from raw.orders order by order_id")] == clock


def test_another_zone_reads_the_files_again(settings: Settings) -> None:
    load_texts(settings, orders=ORDERS + "1,2024-05-01 23:30:00Z\n2,2024-05-01 23:30:00\n")
    report = load_texts(in_zone(settings, "Europe/Rome"))
    assert [load.rows_loaded for load in report.loads] == [2]
    assert found(settings, "select order_id, ordered_at::varchar from raw.orders order by all") == [
        ("1", "2024-05-02 01:30:00"),
        ("2", "2024-05-01 23:30:00"),
    ]
    assert plan_run(in_zone(settings, "Europe/Rome"), "files").as_of_date.isoformat() == "2024-05-03"


def test_the_newest_complete_day_is_one_of_the_shop(settings: Settings) -> None:
    # East of the date line today begins up to 14 hours before it does in Greenwich.
    east, west = in_zone(settings, "Pacific/Kiritimati"), in_zone(settings, "Pacific/Pago_Pago")
    today_east = datetime.now(ZoneInfo("Pacific/Kiritimati"))
    assert today_east.date() > datetime.now(ZoneInfo("Pacific/Pago_Pago")).date()
    load_texts(east, orders=ORDERS + f"1,2024-05-01\n2,{today_east:%Y-%m-%d} 00:00:01\n")
    assert plan_run(east, "files").as_of_date == today_east.date()
    with pytest.raises(SettingsError, match="lies in the future"):
        plan_run(west, "files", today_east.date())


def test_a_day_ahead_is_a_clock_and_more_is_the_future(settings: Settings) -> None:
    now = datetime.now(UTC)
    rows = f"1,{now + timedelta(hours=22):%Y-%m-%d %H:%M:%S}\n2,{now + timedelta(hours=26):%Y-%m-%d %H:%M:%S}\n"
    load_texts(settings, orders=ORDERS + rows)
    assert found(settings, "select order_id from raw.orders") == [("1",)]
    assert "lies in the future" in found(settings, "select reason from quality.quarantined_rows")[0][0]


@pytest.mark.parametrize("name", ["Berlin", "localtime", "+02:00", "../etc/passwd"])
def test_a_zone_that_is_none_is_refused_in_words(name: str) -> None:
    with pytest.raises(SettingsError, match=r"CLIENTELE_TIME_ZONE: .* is not the name of a time zone"):
        Settings(time_zone=name)
