"""Goods whose code or name says that they are none: shipping, taxes, vouchers … that nobody has declared."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.thresholds import MartsThresholds
from warehouse.base.yaml_files import read_yaml

_WORDS_FILE = Path(__file__).parents[1] / "conf" / "charge_words.yml"
# A longer name is that of goods, such as "tip for ball-point pens, pack of ten".
_NAME_WORDS = 4


@cache
def charge_words() -> tuple[str, ...]:
    """Words of all languages, as regular expressions without the parts around them."""
    content = read_yaml(_WORDS_FILE)
    words = {word for language in content.values() for word in language}
    return tuple(sorted(word.replace(" ", r"[\s_-]*") for word in words))


def goods_like_charges(thresholds: MartsThresholds) -> Expectation:
    """A rule on `intermediate.int_movements`. Whole words only; what a list says of a code is believed."""
    pattern = rf"(?i)(^|[^\pL])({'|'.join(charge_words())})s?([^\pL]|$)"
    return no_rows(
        "goods_are_no_charges",
        """
            with
            goods as (
                select
                    product_code, product_description, count(*) as line_count, sum(amount) as amount,
                    sum(abs(amount)) as absolute_amount
                from {batch} as movements
                where movement_status = 'kept' and line_kind = 'goods' and amount <> 0
                group by product_code, product_description
            ),
            named as (
                select *
                from goods
                where (regexp_matches(product_code, :pattern) or (regexp_matches(product_description, :pattern)
                    and len(string_split_regex(trim(product_description), '\\s+')) <= :words))
                    and not exists (
                        select 1 from intermediate.int_product_codes_classified as declared
                        where declared.product_code = goods.product_code and declared.line_kind is not null
                    )
            )
            select
                product_code, product_description, line_count, round(amount, 2) as amount,
                round(absolute_amount / (select sum(absolute_amount) from goods), 4) as share_of_goods
            from named
            where (select sum(absolute_amount) from named) > :share * (select sum(absolute_amount) from goods)
            order by absolute_amount desc
        """,
        f"At most {thresholds.goods_like_charges_share_warning:.1%} of the money for goods is for what by its code or "
        "name is none: shipping, postage, tax, fee, discount, voucher or the like.",
        "Say what it is: line_kind on the line or the product, or a row for the code in line_kinds.csv of the source's "
        "folder (docs/what-counts.md); goods for what is goods after all.",
        column="line_kind",
        severity="warning",
        pattern=pattern,
        words=_NAME_WORDS,
        share=thresholds.goods_like_charges_share_warning,
    )
