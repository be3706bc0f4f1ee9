"""The rules of identity resolution, read from identity.yml and checked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from warehouse.base.declarations import Frozen, read_declaration

RULES_FILE = Path(__file__).with_name("identity.yml")
# What ids are compared by, in normalised form (see records.py).
FIELDS = ("first_name", "last_name", "birth_date", "email", "phone", "street_address", "postcode", "city")


class TrainingRules(Frozen):
    """How the shares of agreement are learned without labels; bounded and seeded."""

    seed: int = Field(ge=0)
    random_pair_count: int = Field(gt=0)
    em_max_pairs: int = Field(gt=0)
    em_max_iterations: int = Field(gt=0)
    em_blocking_rules: tuple[tuple[str, ...], ...]
    exact_key_recall: float = Field(gt=0, le=1)
    em_min_exact_pairs: int = Field(gt=0)
    assumed_pair_count: int = Field(gt=0)
    min_duplicate_share: float = Field(gt=0, lt=1)


class Placeholders(Frozen):
    """What stands where nothing was given."""

    email_names: tuple[str, ...]
    email_domains: tuple[str, ...]
    phone_min_different_digits: int = Field(ge=1)
    names: tuple[str, ...]
    birth_dates: tuple[str, ...]


class Level(Frozen):
    """One level of a comparison; the last one is whatever is left (`ELSE`)."""

    label: str
    share: float = Field(gt=0, lt=1)  # of pairs of one person, where data cannot tell
    when: str
    rare_values_of: str | None = None


class Comparison(Frozen):
    """Levels from full agreement to none; where `unknown` holds the comparison says nothing."""

    unknown: str
    levels: tuple[Level, ...]


class IdentityRules(Frozen):
    """When two customer ids are one person. Probabilities from 0 to 1."""

    exact_keys: tuple[tuple[str, ...], ...]
    exact_key_max_ids: int = Field(ge=2)
    contradiction_birth_date_edits: int = Field(ge=0)
    contradiction_first_name_similarity: float = Field(ge=0, le=1)
    placeholders: Placeholders
    blocking_rules: tuple[tuple[str, ...], ...]
    block_max_ids: int = Field(ge=2)
    link_probability: float = Field(gt=0.5, lt=1)
    review_probability: float = Field(gt=0, lt=1)
    cluster_max_ids: int = Field(ge=2)
    training: TrainingRules
    comparisons: dict[str, Comparison]

    @model_validator(mode="after")
    def _is_consistent(self) -> IdentityRules:
        if self.review_probability > self.link_probability:
            raise ValueError("review_probability lies above link_probability")
        for columns in (*self.exact_keys, *self.blocking_rules, *self.training.em_blocking_rules):
            if unknown := set(columns) - set(FIELDS):
                raise ValueError(f"unknown column {', '.join(sorted(unknown))}; known: {', '.join(FIELDS)}")
        for name, comparison in self.comparisons.items():
            if abs(sum(level.share for level in comparison.levels) - 1) > 1e-9:  # noqa: PLR2004 - rounding of a sum
                raise ValueError(f"shares of the levels of {name} must sum to 1")
        return self


@cache
def load_rules(path: Path = RULES_FILE) -> IdentityRules:
    """Read the rules.

    Raises
    ------
    SettingsError
        If the file is missing or a rule makes no sense.
    """
    return read_declaration(IdentityRules, path, "Mend the rules in warehouse/identity/identity.yml.")
