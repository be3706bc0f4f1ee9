"""Words as shops write them: those with one meaning are understood, the others are a source's to explain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from loading_texts import found, load_texts

from warehouse.base.errors import SourceError
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.source_definitions.folders import load_source
from warehouse.tables.contract import load_contract

KINDS = "order_id,ordered_at,order_status,order_kind,sales_channel,customer_id\n"


def own_source(settings: Settings, text: str) -> Settings:
    folder = settings.home.parent / "sources" / "corner_shop"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "source.yml").write_text(f"description: A corner shop.\nform: contract\n{text}")
    return settings.model_copy(update={"sources_folder": folder.parent})


def test_words_with_one_meaning_are_understood(settings: Settings) -> None:
    load_texts(
        settings,
        orders=KINDS + "1,2024-05-01,Canceled,,,\n2,2024-05-01,COMPLETE,Credit note,,\n3,2024-05-01,,credit-memo,,\n",
        order_items="order_item_id,order_id,quantity,line_kind\n1,1,1,Gift card\n2,1,1,freight\n3,1,1,Product\n",
    )
    assert found(settings, "select order_status, order_kind from raw.orders order by order_id") == [
        ("cancelled", "sale"),
        ("completed", "return"),
        ("completed", "return"),
    ]
    assert found(settings, "select line_kind from raw.order_items order by order_item_id") == [
        ("gift_card",),
        ("shipping",),
        ("goods",),
    ]


def test_a_source_says_what_its_words_mean_and_what_is_no_value(settings: Settings) -> None:
    shop = own_source(
        settings,
        "missing_tokens: [ERROR, Unknown]\n"
        "spellings:\n"
        "  order_status: {paid: completed, Refunded: cancelled}\n"
        "  sales_channel: {pos: store, tbd: ''}\n"
        "  has_marketing_consent: {opt-in: true, No: false}\n",
    )
    load_texts(
        shop,
        "corner_shop",
        orders=KINDS
        + "1,2024-05-01,Paid,,POS,error\n2,2024-05-01,REFUNDED,,TBD,C1\n3,2024-05-01,unknown,,UNKNOWN,C2\n",
        customers="customer_id,has_marketing_consent\nC1,Opt-in\nC2,no\n",
    )
    rows = found(
        shop, "select order_status, sales_channel, customer_id from raw.orders order by order_id", "corner_shop"
    )
    assert rows == [("completed", "store", None), ("cancelled", None, "C1"), ("completed", None, "C2")]
    consents = found(shop, "select has_marketing_consent from raw.customers order by customer_id", "corner_shop")
    assert consents == [(True,), (False,)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("spellings: {order_state: {paid: completed}}\n", "no column 'order_state'. Is order_status meant?"),
        ("spellings: {order_status: {paid: settled}}\n", "order_status cannot be 'settled'"),
        ("time_zone: Berlin\n", "'Berlin' is not the name of a time zone"),
    ],
)
def test_what_no_source_can_mean_is_refused_by_line(settings: Settings, text: str, words: str) -> None:
    with pytest.raises(SourceError) as refusal:
        load_source(own_source(settings, text), "corner_shop")
    assert words in refusal.value.message
    assert "corner_shop/source.yml, line 3" in refusal.value.message


def test_another_spelling_reads_the_files_again(settings: Settings) -> None:
    shop = own_source(settings, "")
    load_texts(shop, "corner_shop", orders=KINDS + "1,2024-05-01,paid,,,\n2,2024-05-01,,,,\n")
    shop = own_source(settings, "spellings: {order_status: {paid: completed}}\n")
    load_texts(shop, "corner_shop")
    assert found(shop, "select count(*) from raw.orders", "corner_shop") == [(2,)]


def test_the_guide_lists_the_words_of_the_contract() -> None:
    contract = load_contract()
    words = {(column, meant): set() for column, given in contract.spellings.items() for meant in given.values()}
    for column, given in contract.spellings.items():
        for word, meant in given.items():
            words[column, meant].add(word)
    words["yes or no", "true"], words["yes or no", "false"] = set(contract.true_words), set(contract.false_words)
    guide = (Path(CHECKOUT) / "docs" / "adding-a-source.md").read_text(encoding="utf-8")
    listed = {
        (column.strip("`"), meant): set(re.findall(r"`([^`]+)`", given))
        for column, meant, given in re.findall(r"^\| (`\w+`|yes or no) \| `(\w+)` \| (.+) \|$", guide, re.MULTILINE)
    }
    assert listed == words
