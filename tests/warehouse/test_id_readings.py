"""Ids that tools wrote otherwise meet again, others are left alone, and what cannot be mended is told."""

from __future__ import annotations

from loading_texts import found, load_texts, said

from warehouse.base.settings import Settings

LINES = "order_item_id,order_id,product_code,quantity\n"


def test_floats_of_ids_meet_their_orders_and_customers_over_files_and_time(settings: Settings) -> None:
    report = load_texts(
        settings,
        orders="order_id,customer_id,ordered_at\n501,31.0,2024-05-01\n502,,2024-05-02\n503,32,2024-05-03\n",
        order_items=LINES + "1,501.0,4001.0,1\n2,502.0,4002,2\n",
    )
    assert "order_id: 2 values read without the .0 of whole numbers that became floats" in said(report)
    load_texts(settings, customers="customer_id\n31\n32.0\n")
    assert found(settings, "select count(*) from raw.orders inner join raw.customers using (customer_id)") == [(2,)]
    assert found(settings, "select order_id, product_code from raw.order_items order by 1") == [
        ("501", "4001"),
        ("502", "4002"),
    ]
    # The same rows, written as they were meant, are the same rows.
    again = load_texts(settings, orders_again="order_id,customer_id,ordered_at\n501,31,2024-05-01\n")
    assert again.rows_loaded == 0


def test_ids_with_decimals_of_their_own_and_short_codes_are_kept(settings: Settings) -> None:
    load_texts(
        settings,
        orders="order_id,ordered_at\n7.0,2024-05-01\n7.1,2024-05-01\n",
        order_items=LINES + "x1,7.0,1.0,1\nx2,7.1,2.0,1\n",
    )
    assert found(settings, "select order_id, product_code from raw.order_items order by 1") == [
        ("7.0", "1.0"),
        ("7.1", "2.0"),
    ]


def test_a_number_that_lost_its_digits_is_no_id(settings: Settings) -> None:
    report = load_texts(
        settings,
        orders="order_id;customer_id;ordered_at\n1;9,87654E+12;2024-05-01\n2;9.87654e+12;2024-05-01\n3;1E5;2024-05-01\n",
        order_items=LINES + "1,3,4.00638E+12,1\n",
    )
    reasons = found(settings, "select reason from quality.quarantined_rows order by row_number")
    assert [reason.split(" has lost")[0] for (reason,) in reasons] == [
        "customer_id: '9,87654E+12'",
        "customer_id: '9.87654e+12'",
    ]
    # Without its product the line still says what was paid.
    assert found(settings, "select order_item_id, product_code from raw.order_items") == [("1", None)]
    assert "product_code: 1 value could not be read, and left empty: '4.00638E+12' has lost" in said(report)


def test_mail_addresses_are_one_id_whatever_their_capitals(settings: Settings) -> None:
    report = load_texts(
        settings,
        orders="order_id,customer_id,ordered_at\nA@b,Eva@Shop.example,2024-05-01\na@b,eva@shop.example,2024-05-01\n",
        customers="customer_id\nEVA@shop.example\n",
    )
    assert found(settings, "select order_id, customer_id from raw.orders order by 1") == [
        ("A@b", "eva@shop.example"),
        ("a@b", "eva@shop.example"),
    ]
    assert found(settings, "select customer_id from raw.customers") == [("eva@shop.example",)]
    assert "customer_id: 1 value read in small letters, being mail addresses" in said(report)


def test_ids_that_differ_in_zeros_or_case_stay_apart_and_are_told(settings: Settings) -> None:
    report = load_texts(
        settings,
        orders="order_id,customer_id,ordered_at\n1,00123,2024-05-01\n2,77,2024-05-01\n3,ab,2024-05-01\n4,guest,2024-05-01\n",
        customers="customer_id\n123\n77\nAB\n",
    )
    assert found(settings, "select count(*) from raw.orders inner join raw.customers using (customer_id)") == [(1,)]
    assert "orders and customers: 2 different customer_id" in said(report)
    assert "00123 and 123" in said(report)


def test_two_unicode_forms_are_one_text(settings: Settings) -> None:
    load_texts(
        settings, orders="order_id,customer_id,ordered_at\n1,Ame\u0301lie,2024-05-01\n2,Am\u00e9lie,2024-05-01\n"
    )
    assert found(settings, "select distinct customer_id from raw.orders") == [("Am\u00e9lie",)]
