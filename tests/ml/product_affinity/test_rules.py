"""Rules against results that are known, worked out by hand, or computed by another library."""

from __future__ import annotations

import csv
from itertools import combinations
from math import inf
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from ml.configuration import load_configuration
from ml.jobs.product_affinity.baskets import Baskets, baskets_of
from ml.jobs.product_affinity.configuration import ProductAffinityConfiguration
from ml.jobs.product_affinity.itemsets import frequent_itemsets, least_count, least_of_share, pair_counts
from ml.jobs.product_affinity.measures import measures, reaches
from ml.jobs.product_affinity.rules import counted_on, find_rules, possible_rules, rules_of
from ml.jobs.product_affinity.significance import adjusted_for_tests, joint_count_probability

SETTINGS = load_configuration(ProductAffinityConfiguration, "product_affinity")


def baskets(*contents: str) -> Baskets:
    """One basket per text, one product per letter."""
    rows = [
        {"order_id": f"o{number:05d}", "customer_id": "c", "order_date": "2026-01-01", "product_code": letter}
        for number, content in enumerate(contents)
        for letter in sorted(set(content))
    ]
    return baskets_of(pd.DataFrame(rows))


def as_codes(found: Baskets, rules: pd.DataFrame) -> list[tuple[str, str]]:
    """Antecedent and consequent of each rule, as letters."""
    codes = found.product_codes
    return [
        ("".join(codes[list(first)]), codes[second])
        for first, second in zip(rules["antecedent"], rules["consequent"], strict=True)
    ]


def test_the_five_baskets_of_the_textbook() -> None:
    """A => C: in 2 of 5 baskets; 2 of the 3 with A; 2/3 over 4/5. Some texts print 2/5 over the union instead."""
    five = baskets("AC", "AB", "BC", "ABC", "C")
    rules = rules_of(frequent_itemsets(five.matrix, 1), 5)
    row = rules.iloc[as_codes(five, rules).index(("A", "C"))]
    assert (row["support_share"], row["confidence_share"], row["lift"]) == pytest.approx((0.4, 2 / 3, 5 / 6))
    # By hand: 2/5 - 3/5 * 4/5; 3 * 1 / (5 * 1); (10 - 12) / max(2 * 2, 3 * 2).
    assert (row["leverage"], row["conviction"], row["zhang_metric"]) == pytest.approx((-0.08, 0.6, -1 / 3))


def test_measures_at_their_ends() -> None:
    """Never broken; independent; never together; the antecedent in all baskets. By hand."""
    found = measures([8, 8, 8, 8], [2, 4, 4, 8], [4, 4, 4, 4], [2, 2, 0, 4])
    assert found["conviction"].tolist() == [inf, 1.0, 0.5, 1.0]
    assert found["zhang_metric"].tolist() == pytest.approx([2 / 3, 0.0, -1.0, 0.0])
    assert found["leverage"].tolist() == pytest.approx([1 / 8, 0.0, -1 / 4, 0.0])


def test_a_share_is_compared_without_rounding() -> None:
    """0.8 is a little more than 4/5 as a float, and 0.1 x 3 is not 0.3: whole numbers decide."""
    assert reaches([4, 79999, 3], [5, 100000, 10], 0.8).tolist() == [True, False, False]
    assert reaches(3, 10, 0.3)
    assert least_of_share(9835, 0.001) == 10
    assert least_of_share(1000, 0.003) == 3


def test_groceries_have_410_rules(real_data: Path) -> None:
    """Hahsler et al., arules: 410 rules at support .001 and confidence .8, all with one consequent."""
    with (real_data / "groceries_baskets.csv").open(encoding="utf-8") as file:
        contents = [sorted(set(filter(None, row))) for row in csv.reader(file)]
    lines = pd.DataFrame(
        [(str(n), "c", "2026-01-01", item) for n, items in enumerate(contents) for item in items],
        columns=["order_id", "customer_id", "order_date", "product_code"],
    )
    shop = baskets_of(lines)
    assert shop.matrix.shape == (9835, 169)
    rules = rules_of(frequent_itemsets(shop.matrix, least_of_share(9835, 0.001)), 9835)
    kept = reaches(rules["joint_basket_count"], rules["antecedent_basket_count"], 0.8)
    assert kept.sum() == 410


def test_itemsets_are_those_of_a_plain_count() -> None:
    random = np.random.default_rng(3)
    contents = ["".join(np.array(list("ABCDEF"))[random.random(6) < 0.4]) or "A" for _ in range(60)]
    shop = baskets(*contents)
    expected = {
        items: count
        for size in (1, 2, 3)
        for items in combinations(range(len(shop.product_codes)), size)
        if (count := sum(set(shop.product_codes[list(items)]) <= set(content) for content in contents)) >= 5
    }
    assert frequent_itemsets(shop.matrix, 5, 3) == expected
    assert sorted(pair_counts(shop.matrix, 5)) == sorted(n for items, n in expected.items() if len(items) == 2)
    possible = sum(
        1 for items in expected if len(items) < 3 for other in expected if len(other) == 1 and other[0] not in items
    )
    assert possible_rules(expected) == possible


def test_the_least_count_keeps_pairs_and_products_within_bounds() -> None:
    shop = baskets(*["AB"] * 9, *["AC"] * 7, *["BC"] * 5, *["AD"] * 3)
    assert least_count(shop.matrix, 2, 10, 10) == 2  # four pairs: 9, 7, 5 and 3 baskets
    assert least_count(shop.matrix, 2, 2, 10) == 6
    assert least_count(shop.matrix, 2, 10, 3) == 4  # A 19, B 14, C 12, D 3


def test_the_probability_is_that_of_fishers_test() -> None:
    random = np.random.default_rng(5)
    n = random.integers(20, 400, 60)
    first, second = (random.integers(1, n, 60) for _ in range(2))
    low, high = np.maximum(0, first + second - n), np.minimum(first, second)
    both = random.integers(low, high + 1)
    found = joint_count_probability(n, second, first, both)
    for row in range(60):
        a, b, c = both[row], first[row] - both[row], second[row] - both[row]
        expected = fisher_exact([[a, b], [c, n[row] - a - b - c]], alternative="greater").pvalue
        if both[row] * n[row] > first[row] * second[row]:
            assert found[row] == pytest.approx(expected, rel=1e-9)
        else:
            assert found[row] == 1


def test_p_values_after_benjamini_and_yekutieli() -> None:
    """Of four tests three are seen; c = 1 + 1/2 + 1/3 + 1/4 = 25/12: .01 * 4c, .02 * 4c/2, .03 * 4c/3."""
    c = 25 / 12
    assert adjusted_for_tests(np.array([0.03, 0.01, 0.02]), 4) == pytest.approx([0.04 * c, 0.04 * c, 0.04 * c])
    assert adjusted_for_tests(np.array([0.5, 0.001]), 4) == pytest.approx([1.0, 0.004 * c])


def test_independent_products_make_no_rules() -> None:
    """Forty products that lie in baskets by chance: the share of false rules would have to be all."""
    random = np.random.default_rng(11)
    row, column = np.nonzero(random.random((4000, 40)) < 0.08)
    lines = pd.DataFrame({"order_id": row, "customer_id": "c", "order_date": "2026-01-01", "product_code": column})
    assert find_rules(baskets_of(lines), SETTINGS).rules.empty


def test_a_product_that_only_stands_by_makes_no_rule() -> None:
    """C follows A; B is bought at random. A => C is a rule; A and B => C says nothing that A does not."""
    random = np.random.default_rng(2)
    has_a, has_b = random.random(3000) < 0.3, random.random(3000) < 0.4
    has_c = random.random(3000) < np.where(has_a, 0.6, 0.1)
    columns = {"A": has_a, "B": has_b, "C": has_c, "D": ~(has_a | has_b | has_c)}
    shop = baskets(*["".join(name for name, mask in columns.items() if mask[row]) for row in range(3000)])
    assert sorted(as_codes(shop, find_rules(shop, SETTINGS).rules)) == [("A", "C"), ("C", "A")]


def test_rules_are_counted_on_other_baskets() -> None:
    shop = baskets("ABC", "AB", "AC", "A", "BC", "ABD")
    rules = pd.DataFrame({"antecedent": [(0,), (0, 1)], "consequent": [1, 2]}, index=[7, 3])
    counted = counted_on(rules, shop.part(np.array([True, True, True, False, False, True])))
    expected = {"antecedent_basket_count": [4, 3], "consequent_basket_count": [3, 2], "joint_basket_count": [3, 1]}
    assert {name: counted[name].tolist() for name in expected} == expected
    assert counted.index.tolist() == [7, 3]


def test_the_order_of_the_lines_does_not_matter() -> None:
    random = np.random.default_rng(9)
    contents = ["".join(random.permutation(list("ABCD"))[: random.integers(1, 4)]) for _ in range(400)]
    first = find_rules(baskets(*contents, *["EF"] * 60), SETTINGS).rules
    again = find_rules(baskets(*["EF"] * 60, *contents[::-1]), SETTINGS).rules
    assert len(first) > 0
    pd.testing.assert_frame_equal(first, again)


def test_regency_teacups_of_online_retail_ii(real_data: Path) -> None:
    """Identified customers, whole period: 22698 and 22699 => 22697 at confidence .896 and lift 34.7."""
    query = """
        select distinct Invoice as order_id, 'c' as customer_id, date '2011-01-01' as order_date,
            upper(trim(StockCode)) as product_code
        from read_parquet($file)
        where "Customer ID" is not null and Invoice not like 'C%' and Quantity > 0 and Price > 0
            and regexp_matches(upper(trim(StockCode)), '^[0-9]{5}[A-Z]*$')
        order by order_id, product_code
    """
    with duckdb.connect() as connection:
        lines = connection.execute(query, {"file": str(real_data / "online_retail_ii.parquet")}).df()
    shop = baskets_of(lines)
    cups = [int(np.flatnonzero(shop.product_codes == code)[0]) for code in ("22697", "22698", "22699")]
    part = shop.matrix[:, cups]
    rules = rules_of(frequent_itemsets(part, least_of_share(len(shop), 0.01)), len(shop))
    row = rules[(rules["antecedent"] == (1, 2)) & (rules["consequent"] == 0)].iloc[0]
    assert (row["confidence_share"], row["lift"]) == pytest.approx((0.896, 34.7), rel=2e-3)
