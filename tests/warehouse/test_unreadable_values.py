"""What a column may do without costs no row; what money and kinds hang on does."""

from __future__ import annotations

import pytest
from loading_texts import found, load_texts, said

from warehouse.base.settings import Settings

ONE_ORDER = "order_id,ordered_at\n1,2024-05-01\n"


def test_a_value_that_a_customer_can_do_without_is_emptied_and_told(settings: Settings) -> None:
    report = load_texts(
        settings,
        orders=ONE_ORDER,
        customers="customer_id,first_name,gender,birth_date,has_marketing_consent,registered_at,acquisition_cost_amount\n"
        "P,Pia,F,07/08/1971,please,2024-01-01,-3\n"
        "Q,Q\x07i,diverse,1830-01-01,1,2999-01-01,4.50\n"
        "R,Rolf,robot,1988-12-24,nein,yesterday,dear\n",
    )
    assert found(
        settings,
        "select customer_id, first_name, gender, birth_date::varchar, has_marketing_consent, registered_at::varchar, "
        "acquisition_cost_amount::double from raw.customers order by 1",
    ) == [
        ("P", "Pia", "female", None, None, "2024-01-01 00:00:00", None),
        ("Q", None, "other", None, True, None, 4.5),
        ("R", "Rolf", None, "1988-12-24", False, None, None),
    ]
    assert found(settings, "select values_emptied, rows_quarantined from quality.file_loads order by 1") == [
        (0, 0),
        (9, 0),
    ]
    notes = found(settings, "select column_name, value_count from quality.value_notes order by 1")
    assert notes == [
        ("acquisition_cost_amount", 2),
        ("birth_date", 2),
        ("first_name", 1),
        ("gender", 1),
        ("has_marketing_consent", 1),
        ("registered_at", 2),
    ]
    words = said(report)
    assert "birth_date: 2 values could not be read, and left empty" in words
    assert "1830" not in words, "a birth date is personal"
    assert "gender: 1 value could not be read, and left empty: 'robot' is not one of female, male, other" in words


@pytest.mark.parametrize(
    ("table", "rows", "reason"),
    [
        ("orders", "order_id,ordered_at,order_amount\n2,2024-05-01,cheap\n", "order_amount: 'cheap' is not an amount"),
        ("orders", "order_id,ordered_at,order_status\n2,2024-05-01,paid\n", "order_status: 'paid' is not one of"),
        ("orders", "order_id,ordered_at,order_kind\n2,2024-05-01,swap\n", "order_kind: 'swap' is not one of"),
        ("orders", "order_id,ordered_at,customer_id\n2,2024-05-01,a\u200bb\n", "customer_id: holds the character"),
        ("order_items", "order_item_id,order_id,quantity,line_amount\n1,1,1,free\n", "line_amount: 'free' is not"),
        ("order_items", "order_item_id,order_id,quantity,line_kind\n1,1,1,bonus\n", "line_kind: 'bonus' is not one of"),
        ("subscriptions", "subscription_id,customer_id,started_at,ended_at\n1,1,2024-01-01,soon\n", "ended_at: 'soon'"),
    ],
)
def test_money_kinds_and_whose_it_is_cost_the_row(settings: Settings, table: str, rows: str, reason: str) -> None:
    load_texts(settings, **{"orders_1": ONE_ORDER, f"{table}_2": rows})
    [(found_reason,)] = found(settings, "select reason from quality.quarantined_rows")
    assert found_reason.startswith(reason)
    assert found(settings, "select count(*) from quality.value_notes") == [(0,)]


def test_a_cancellation_without_a_readable_day_is_a_cancellation(settings: Settings) -> None:
    load_texts(
        settings,
        orders="order_id,ordered_at,order_status,cancelled_at\n"
        "told,2024-05-01,canceled,31.5.\n"
        "denied,2024-05-01,completed,n.a.\n"
        "untold,2024-05-01,,31.5.\n"
        "mysql,2024-05-01,,0000-00-00 00:00:00\n",
    )
    assert found(settings, "select order_id, order_status, cancelled_at from raw.orders order by 1") == [
        ("denied", "completed", None),
        ("mysql", "completed", None),
        ("told", "cancelled", None),
    ]
    # Nothing else says whether the order stands: it must not count as one that does.
    [(reason,)] = found(settings, "select reason from quality.quarantined_rows")
    assert reason.startswith("cancelled_at: '31.5.'")


def test_what_is_cut_is_counted_and_the_noise_of_floats_is_not(settings: Settings) -> None:
    report = load_texts(
        settings,
        orders=ONE_ORDER,
        order_items="order_item_id,order_id,quantity,unit_price_amount\n"
        "a,1,0.3333333,0.000123\n"
        "b,1,2.5500000000000003,19.99\n"
        "c,1,0.00000001,1e-3\n"
        "d,1,0.0375,0.000000000012\n",
    )
    assert found(settings, "select order_item_id, quantity::varchar from raw.order_items order by 1") == [
        ("a", "0.333333"),
        ("b", "2.550000"),
        ("c", "0.000000"),
        ("d", "0.037500"),
    ]
    assert found(settings, "select values_rounded from quality.file_loads where table_name = 'order_items'") == [(3,)]
    assert "quantity: 2 values rounded to the 6 decimals that are kept, such as '0.00000001' as 0\n" in said(report)


@pytest.mark.parametrize(
    ("quantity", "price", "is_kept"),
    [("999999", "1000000", True), ("1000000", "1000000", False), ("-1e6", "1e6", False)],
)
def test_a_line_that_is_worth_too_much_is_refused_in_words(
    settings: Settings, quantity: str, price: str, is_kept: bool
) -> None:
    lines = f"order_item_id,order_id,quantity,unit_price_amount\n1,1,{quantity},{price}\n"
    load_texts(settings, orders=ONE_ORDER, order_items=lines)
    reasons = found(settings, "select reason from quality.quarantined_rows")
    assert reasons == (
        [] if is_kept else [("quantity × unit_price_amount: too large to be stored (1,000,000,000,000 and more)",)]
    )
