"""No value of a file becomes markup in Data Docs, whatever GX makes of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from great_expectations.render import RenderedDocumentContent, RenderedSectionContent
from great_expectations.render.components import (
    CollapseContent,
    RenderedBulletListContent,
    RenderedHeaderContent,
    RenderedMarkdownContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
    TextContent,
    ValueListContent,
)

from expectations.pages.view import PageView
from tests.expectations.small_shop import change, checked
from tests.hostile_values import HOSTILE, Page

SCRIPT = "<script>alert(1)</script>"


def text_of(value: str, **styling: object) -> RenderedStringTemplateContent:
    template = {"template": f"{value.replace('$', '$$')} and $found", "params": {"found": value}}
    return RenderedStringTemplateContent(string_template={**template, **({"styling": styling} if styling else {})})


def page_of(value: str) -> Page:
    """Every kind of block that GX's renderers make, with the value in each place that can hold one."""
    plain, styled = text_of(value), text_of(value, default={"classes": ["badge"]}, attributes={"title": value})
    param_styled = text_of(value, params={"found": {"classes": [value], "styles": {"color": value}}})
    several = RenderedStringTemplateContent(
        string_template={"template": "one of $found", "params": {"found": [value]}, "tooltip": {"content": value}}
    )
    blocks = [
        RenderedHeaderContent(header=value, subheader=plain),
        RenderedTableContent(header_row=[value, styled], table=[[value, plain], [[value, styled], param_styled]]),
        RenderedBulletListContent(bullet_list=[value, plain, several], header=value),
        ValueListContent(value_list=[value, styled], header=styled),
        TextContent(text=[value, RenderedMarkdownContent(markdown=value)], header=value),
        CollapseContent(collapse=[plain, [value, styled]], collapse_toggle_link=value),
    ]
    section = RenderedSectionContent(content_blocks=blocks, section_name=value)
    document = RenderedDocumentContent(
        sections=[section],
        page_title=value,
        expectation_suite_name=value,
        renderer_type="ValidationResultsPageRenderer",
        utm_medium="",
    )
    return Page(PageView().render(document))


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_text_in_every_kind_of_block(value: str) -> None:
    page, harmless = page_of(value), page_of("harmless")
    assert page.tags == harmless.tags
    assert {name for name, _ in page.attributes} == {name for name, _ in harmless.attributes}
    assert not page.dangers
    quoted = str([value])
    shown = page.text.replace("$$", "$").replace(quoted, value)
    assert shown.count(value) == harmless.text.count("harmless")


@pytest.mark.usefixtures("gate_pages")
def test_no_value_that_a_gate_met_becomes_markup(shop) -> None:
    change(
        shop,
        f"""
        update raw.orders set currency = '{SCRIPT}' where order_id = 'o1';
        update raw.orders set customer_id = '<img src=x onerror=alert(1)>' where order_id = 'o2';
        update raw.order_items set order_id = '{SCRIPT}', product_code = '<b>bold</b>' where order_item_id = 'i1';
        update raw.orders set order_kind = '{SCRIPT}' where order_id = 'o5';
        update marts.fct_orders set order_kind = '{SCRIPT}' where order_id = 'o5';
        update marts.fct_orders set order_id = '<img src=x onerror=alert(1)>', net_amount = 999 where order_id = 'o4';
        """,
    )
    for gate in ("raw", "marts"):
        checked(shop, gate)
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in shop.data_docs_folder.rglob("*.html")}
    assert sum(SCRIPT in page.text for page in pages.values()) >= 2
    assert any("<img src=x onerror=alert(1)>" in page.text for page in pages.values())
    for path, page in pages.items():
        assert not page.dangers, path
        assert not page.tags & {"b", "img", "script"}, path


@pytest.mark.usefixtures("gate_pages")
def test_the_pages_of_harmless_values_are_as_they_were(shop) -> None:
    checked(shop, "raw")
    (page,) = [path for path in shop.data_docs_folder.rglob("small_shop-raw.orders.html")]
    found = Page(page.read_text(encoding="utf-8"))
    assert {"table", "td", "details", "summary", "span", "style"} <= found.tags
    assert "<" not in found.text.replace("<style>", ""), "tags of ours that were escaped"
    assert str(datetime.now(UTC).year) in found.text
