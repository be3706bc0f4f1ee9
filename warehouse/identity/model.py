"""The probabilistic model: splink on DuckDB, after Fellegi and Sunter (1969), trained without labels.

Each level of a comparison has a share among pairs of one person (m) and among random pairs (u). log2(m/u) are match
weights; those of a pair's levels, and that of a random pair being one person, add up to the weight of the pair.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.base.connections import one_row
from warehouse.identity.contradictions import FIRST_NAMES, first_names_differ
from warehouse.identity.rules import Comparison, IdentityRules

_NO_PAIRS = pa.schema(
    [(name, pa.string()) for name in ("left_id", "right_id")]
    + [(name, pa.float64()) for name in ("match_weight", "match_probability")]
    + [(name, pa.string()) for name in ("evidence", "contradiction")]
).empty_table()
_NOT_OBSERVED = "level not observed in training dataset"  # splink's word in place of a share


def scored_pairs(connection: duckdb.DuckDBPyConnection, rules: IdentityRules, exact_pair_count: int) -> pa.Table:
    """Compare the pairs of the blocking rules and weigh them.

    Parameters
    ----------
    connection
        Has the temporary table `records`. Splink leaves tables of its own in it: give it a connection in memory.
    exact_pair_count
        Pairs found by exact keys: they tell how common duplicates are, and whether there is enough to learn from.

    Returns
    -------
    Columns ``left_id < right_id``, ``match_weight`` (log2 of the odds), ``match_probability`` (0 to 1), ``evidence``
    (the level of each comparison, in words) and ``contradiction`` (what speaks against it whatever the weight, in
    words, or None); pairs from `review_probability` on, one row per pair.
    """
    record_count = one_row(connection, "select count(*) from records")[0]
    connection.execute(f"create or replace temp table blocked_records as {_blocked(rules)}")
    if not _has_pairs(connection, rules):
        return _NO_PAIRS
    assumed = _settings(rules, random_pair_probability(rules, record_count, exact_pair_count))
    with _quiet_splink():
        can_learn = exact_pair_count >= rules.training.em_min_exact_pairs
        model = with_assumptions(_trained(connection, rules, assumed, can_learn), rules, exact_pair_count)
        linker = _linker(connection, model)
        found = linker.inference.predict(threshold_match_probability=rules.review_probability, warning_mode="never")
    return connection.execute(
        f"""
        select
            least(unique_id_l, unique_id_r) as left_id,
            greatest(unique_id_l, unique_id_r) as right_id,
            round(match_weight, 4) as match_weight,
            round(match_probability, 6) as match_probability,
            concat_ws('; ', {", ".join(_words_for(*one) for one in rules.comparisons.items())}) as evidence,
            case when {first_names_differ(rules)} then '{FIRST_NAMES}' end as contradiction
        from {found.physical_name} as found
        inner join records as l on l.unique_id = found.unique_id_l
        inner join records as r on r.unique_id = found.unique_id_r
        order by left_id, right_id
        """
    ).to_arrow_table()


def random_pair_probability(rules: IdentityRules, record_count: int, exact_pair_count: int) -> float:
    """Probability that two ids taken at random are one person; a half at most."""
    training = rules.training
    pairs = max(exact_pair_count / training.exact_key_recall, training.min_duplicate_share * record_count)
    return min(pairs / (record_count * (record_count - 1) / 2), 0.5)


def with_assumptions(learned: dict[str, Any], rules: IdentityRules, exact_pair_count: int) -> dict[str, Any]:
    """Pull the learned shares towards the assumed ones: the less there was to learn from, the more.

    Random pairs hold some pairs of one person: their part is taken out of u.
    """
    training = rules.training
    learned_pairs = exact_pair_count / training.exact_key_recall
    prior = learned["probability_two_random_records_match"]
    least = 0.5 / training.random_pair_count  # never seen among so many pairs: half a pair is the best guess
    for comparison in learned["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        declared = rules.comparisons[comparison["output_column_name"]].levels
        for level, assumed in zip(levels, declared, strict=True):
            weight = training.assumed_pair_count
            m = (_share(level, "m_probability") * learned_pairs + assumed.share * weight) / (learned_pairs + weight)
            u = (_share(level, "u_probability") - prior * m) / (1 - prior)
            level["m_probability"], level["u_probability"] = m, max(u, least)
    return learned


def _share(level: dict[str, Any], name: str) -> float:
    share = level.get(name)
    return 0.0 if share in (None, _NOT_OBSERVED) else share


def _settings(rules: IdentityRules, prior: float) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "probability_two_random_records_match": prior,
        "max_iterations": rules.training.em_max_iterations,
        "retain_matching_columns": True,  # … with the level of each comparison
        "retain_intermediate_calculation_columns": True,
        "comparisons": [_comparison(name, comparison) for name, comparison in rules.comparisons.items()],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": _agree([f"block_{place}"])} for place in range(len(rules.blocking_rules))
        ],
    }


def _comparison(name: str, comparison: Comparison) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.unknown, "label_for_charts": "unknown", "is_null_level": True}
    ]
    for level in comparison.levels:
        described = {"sql_condition": level.when, "label_for_charts": level.label, "m_probability": level.share}
        if level.rare_values_of:
            described |= {"tf_adjustment_column": level.rare_values_of}
        levels.append(described)
    return {"output_column_name": name, "comparison_levels": levels}


def _agree(columns: list[str] | tuple[str, ...]) -> str:
    return " and ".join(f"l.{column} = r.{column}" for column in columns)


def _blocked(rules: IdentityRules) -> str:
    """SQL: the records with one column per blocking rule; empty where a value is missing or too many ids share it."""
    blocks = []
    for place, columns in enumerate(rules.blocking_rules):
        shared = f"count(*) over (partition by {', '.join(columns)})"
        key = " || chr(31) || ".join(columns)  # null as soon as one part is
        blocks.append(f"case when {shared} <= {rules.block_max_ids} then {key} end as block_{place}")
    return f"select *, {', '.join(blocks)} from records order by unique_id"


def _has_pairs(connection: duckdb.DuckDBPyConnection, rules: IdentityRules) -> bool:
    """Whether any two records agree in a blocking rule; in a small shop mostly none do, and nothing need be learned."""
    blocks = [f"block_{place}" for place in range(len(rules.blocking_rules))]
    shared = " or ".join(f"count({block}) > count(distinct {block})" for block in blocks)
    return one_row(connection, f"select {shared} from blocked_records")[0]


def _trained(
    connection: duckdb.DuckDBPyConnection, rules: IdentityRules, settings: dict[str, Any], can_learn: bool
) -> dict[str, Any]:
    """Learn u from random pairs and, where there is enough, m by expectation maximisation."""
    linker = _linker(connection, settings)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=rules.training.random_pair_count,
        seed=rules.training.seed,
        min_count_per_level=None,
        num_chunks=1,
    )
    model = linker.misc.save_model_to_json()
    rounds = [_round(connection, rules, model, columns) for columns in rules.training.em_blocking_rules if can_learn]
    for place, comparison in enumerate(model["comparisons"]):
        for number, level in enumerate(comparison["comparison_levels"]):
            learned = [found[place, number] for found in rounds if (place, number) in found]
            if learned:
                level["m_probability"] = sum(learned) / len(learned)
    return model


def _round(
    connection: duckdb.DuckDBPyConnection, rules: IdentityRules, model: dict[str, Any], columns: tuple[str, ...]
) -> dict[tuple[int, int], float]:
    """One round of expectation maximisation, begun from the assumed shares: m by comparison and level.

    Levels of the comparisons that the round's own columns stand in are left out. Where pairs fall apart cleanly, m of a
    level that no match has squares itself with each iteration, and splink stops with an error when it underflows;
    fewer iterations then give what there is to learn.
    """
    for iteration_count in (rules.training.em_max_iterations, 4, 2):
        linker = _linker(connection, model | {"max_iterations": iteration_count})
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                _agree(columns),
                estimate_without_term_frequencies=True,
                max_pairs=rules.training.em_max_pairs,
                record_sample_proportion=1.0,
            )
        except ValueError:
            continue
        return _observed(linker.misc.save_model_to_json(), columns)
    return {}


def _observed(model: dict[str, Any], columns: tuple[str, ...]) -> dict[tuple[int, int], float]:
    found = {}
    for place, comparison in enumerate(model["comparisons"]):
        levels = comparison["comparison_levels"]
        if any(f"{column}_l" in level["sql_condition"] for level in levels for column in columns):
            continue
        for number, level in enumerate(levels):
            share = level.get("m_probability")
            if not level.get("is_null_level") and share not in (None, _NOT_OBSERVED):
                found[place, number] = share
    return found


def _linker(connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]) -> Any:
    from splink import DuckDBAPI, Linker  # takes a second, which sources without personal data need not spend

    # Its checks of the settings would only warn, of what our own rules rule out, and take as long as a small shop does.
    records = DuckDBAPI(connection).register("blocked_records")
    return Linker(records, settings, log_level=None, validate_settings=False)


def _words_for(name: str, comparison: Comparison) -> str:
    gamma = f"gamma_{name}"
    best = len(comparison.levels) - 1
    words = " ".join(f"when {best - place} then '{level.label}'" for place, level in enumerate(comparison.levels))
    has_rare_values = any(level.rare_values_of for level in comparison.levels)
    weight = f"mw_{name}" + (f" + mw_tf_adj_{name}" if has_rare_values else "")
    return f"'{name} ' || case {gamma} {words} end || printf(' (%+.1f)', {weight})"


@contextmanager
def _quiet_splink() -> Iterator[None]:
    """Splink warns of every level that was not seen; `with_assumptions` deals with those."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
