"""SQL that reads words as the contract has them: what is no value, and what stands for an allowed one."""

from __future__ import annotations

from warehouse.base.sql_text import literal
from warehouse.source_definitions.folders import Source
from warehouse.tables.contract import Column, Contract


def missing_sql(text: str, name: str, column: Column, contract: Contract, source: Source) -> str:
    """SQL: a text is no value, by the contract or by the source."""
    tokens = (
        contract.missing_tokens if column.type == "text" else contract.missing_tokens + contract.missing_tokens_not_text
    )
    of_source = [token.lower() for token in source.missing_tokens]
    of_source += [word.lower() for word, meant in source.spellings.get(name, {}).items() if not meant]
    condition = f"{text} in ({_listed(tokens)})"
    return f"({condition} or lower({text}) in ({_listed(of_source)}))" if of_source else condition


def spelled_sql(text: str, name: str, column: Column, contract: Contract, source: Source) -> str:
    """SQL of a text as the contract spells it; a word that nobody knows stays."""
    words = {_key(word, column): meant for word, meant in source.spellings.get(name, {}).items() if meant}
    if column.allowed:
        words = {**contract.spellings.get(name, {}), **words}
    elif column.type == "boolean":
        known = {"true": contract.true_words, "false": contract.false_words}
        words = {**{word: meant for meant, given in known.items() for word in given}, **words}
    plain = _key_sql(text) if column.allowed else f"lower({text})"
    kept = plain if column.allowed else text
    return f"case {plain} {_cases(words)} else {kept} end" if words else kept


def _key(word: str, column: Column) -> str:
    lowered = word.strip().lower()
    return lowered.replace(" ", "_").replace("-", "_") if column.allowed else lowered


def _key_sql(text: str) -> str:
    return f"replace(replace(lower({text}), ' ', '_'), '-', '_')"


def _cases(words: dict[str, str]) -> str:
    return " ".join(f"when {literal(word)} then {literal(meant)}" for word, meant in words.items())


def _listed(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(literal(word) for word in words)
