"""Association rules with one consequent: found among frequent itemsets, tested, and counted on other baskets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from ml.jobs.product_affinity.baskets import Baskets
from ml.jobs.product_affinity.configuration import ProductAffinityConfiguration
from ml.jobs.product_affinity.itemsets import Itemsets, frequent_itemsets, least_count, least_of_share
from ml.jobs.product_affinity.measures import measures, reaches
from ml.jobs.product_affinity.significance import adjusted_for_tests, joint_count_probability

# Products of an itemset at most: two of an antecedent, one of a consequent.
LARGEST_ITEMSET = 3
COUNTS = ["antecedent_basket_count", "consequent_basket_count", "joint_basket_count"]


@dataclass(frozen=True)
class FoundRules:
    """The rules of some baskets.

    Attributes
    ----------
    rules
        `antecedent` (columns, a tuple), `consequent` (a column), `basket_count`, the counts, the measures, `p_value`
        and `adjusted_p_value`; the surest first.
    candidates
        All rules of frequent itemsets, kept or not, with the same columns.
    least_count
        Baskets that an itemset had to be in.
    test_count
        Rules that could have been found.
    """

    rules: pd.DataFrame
    candidates: pd.DataFrame
    least_count: int
    test_count: int


def find_rules(baskets: Baskets, settings: ProductAffinityConfiguration) -> FoundRules:
    """The rules that come true more often than by chance, and more often than any shorter rule says.

    A rule is tested against chance and, where it has two antecedents, against the rules with one of them, in the
    baskets with that one (productive rules: Webb 2007): what A alone explains is no rule of A and B. The largest of
    the p-values counts.
    """
    search, matrix, count = settings.search, baskets.matrix, len(baskets)
    least = max(search.minimum_joint_count, least_of_share(count, search.minimum_support_share))
    least = least_count(matrix, least, search.maximum_pair_count, search.maximum_product_count)
    itemsets = frequent_itemsets(matrix, least, LARGEST_ITEMSET)
    rules, tests = rules_of(itemsets, count), possible_rules(itemsets)
    rules["p_value"] = _p_values(rules, itemsets, count)
    rules["adjusted_p_value"] = adjusted_for_tests(rules["p_value"].to_numpy(), max(tests, len(rules)))
    kept = (rules["adjusted_p_value"] <= settings.false_discovery_share) & reaches(
        rules["joint_basket_count"], rules["antecedent_basket_count"], settings.minimum_confidence_share
    )
    # Where p-values are too small for a float, the leverage decides.
    ordered = rules[kept].sort_values(
        ["p_value", "leverage", "antecedent", "consequent"], ascending=[True, False, True, True], kind="stable"
    )
    kept_rules = ordered.head(settings.maximum_rule_count).reset_index(drop=True)
    return FoundRules(kept_rules, rules, least, tests)


def rules_of(itemsets: Itemsets, basket_count: int) -> pd.DataFrame:
    """All rules of the itemsets with one consequent, their counts and measures, in the order of their columns."""
    rows = sorted(
        (itemset[:place] + itemset[place + 1 :], itemset[place], both)
        for itemset, both in itemsets.items()
        if len(itemset) > 1
        for place in range(len(itemset))
    )
    frame = pd.DataFrame(
        {
            "antecedent": [first for first, _, _ in rows],
            "consequent": np.array([second for _, second, _ in rows], int),
            "basket_count": basket_count,
            "antecedent_basket_count": np.array([itemsets[first] for first, _, _ in rows], int),
            "consequent_basket_count": np.array([itemsets[(second,)] for _, second, _ in rows], int),
            "joint_basket_count": np.array([both for _, _, both in rows], int),
        }
    )
    return pd.concat([frame, measures(basket_count, *(frame[name] for name in COUNTS))], axis=1)


def possible_rules(itemsets: Itemsets) -> int:
    """Rules that could have been made of the frequent antecedents and products: the tests of one search."""
    product_count = sum(len(itemset) == 1 for itemset in itemsets)
    antecedents = (len(itemset) for itemset in itemsets if len(itemset) < LARGEST_ITEMSET)
    return sum(product_count - size for size in antecedents)


def _p_values(rules: pd.DataFrame, itemsets: Itemsets, basket_count: int) -> NDArray:
    """The largest p-value of each rule, against chance and against each shorter rule, shape (n_rules,)."""
    counts = rules[COUNTS].to_numpy()
    result = joint_count_probability(np.full(len(rules), basket_count), counts[:, 1], counts[:, 0], counts[:, 2])
    longer = np.flatnonzero(rules["antecedent"].map(len) > 1)
    antecedents, consequents = rules["antecedent"].to_numpy(), rules["consequent"].to_numpy()
    for place in range(LARGEST_ITEMSET - 1):
        shorter = [antecedents[row][:place] + antecedents[row][place + 1 :] for row in longer]
        population = np.array([itemsets[products] for products in shorter])
        marked = np.array(
            [itemsets[tuple(sorted((*items, consequents[row])))] for items, row in zip(shorter, longer, strict=True)]
        )
        against = joint_count_probability(population, marked, counts[longer, 0], counts[longer, 2])
        result[longer] = np.maximum(result[longer], against)
    return result


def counted_on(rules: pd.DataFrame, baskets: Baskets) -> pd.DataFrame:
    """The counts of the same rules on other baskets with the same columns, with the index of the rules."""
    columns = sparse.csc_array(baskets.matrix)
    held = _held(columns, rules["antecedent"])
    second = sparse.csc_array(columns[:, rules["consequent"].to_numpy(int)])
    counts = [held.sum(axis=0), second.sum(axis=0), held.multiply(second).sum(axis=0)]
    frame = pd.DataFrame(
        {name: np.asarray(c).ravel().astype(int) for name, c in zip(COUNTS, counts, strict=True)}, index=rules.index
    )
    return frame.assign(basket_count=len(baskets))


def _held(columns: sparse.csc_array, antecedents: pd.Series) -> sparse.csc_array:
    """1 where a basket holds all products of an antecedent, shape (n_baskets, n_rules)."""
    first = sparse.csc_array(columns[:, antecedents.map(lambda products: products[0]).to_numpy(int)])
    # A single product is multiplied by itself.
    last = columns[:, antecedents.map(lambda products: products[-1]).to_numpy(int)]
    return sparse.csc_array(first.multiply(last))
