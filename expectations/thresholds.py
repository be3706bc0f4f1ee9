"""The gates' thresholds, read from conf/thresholds.yml and checked."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from warehouse.base.declarations import Frozen, read_declaration

THRESHOLDS_FILE = Path(__file__).with_name("conf") / "thresholds.yml"


class RawThresholds(Frozen):
    quarantined_share_warning: float = Field(ge=0, le=1)
    quarantined_share_maximum: float = Field(ge=0, le=1)
    minimum_row_count_for_shares: int = Field(ge=0)
    corrected_share_warning: float = Field(ge=0, le=1)
    rekeyed_share_maximum: float = Field(ge=0, le=1)
    gone_share_warning: float = Field(ge=0, le=1)
    gone_share_maximum: float = Field(ge=0, le=1)
    emptied_value_share_warning: float = Field(ge=0, le=1)
    rounded_value_share_warning: float = Field(ge=0, le=1)
    emptied_column_former_share: float = Field(gt=0, lt=1)
    orphan_line_share_warning: float = Field(ge=0, le=1)
    orphan_line_share_maximum: float = Field(ge=0, le=1)
    order_without_amount_share_warning: float = Field(ge=0, le=1)
    unconverted_order_share_warning: float = Field(ge=0, le=1)
    unconverted_order_share_maximum: float = Field(ge=0, le=1)
    guest_sale_share_warning: float = Field(ge=0, le=1)
    newest_order_age_days_warning: int = Field(ge=0)


class MartsThresholds(Frozen):
    goods_like_charges_share_warning: float = Field(ge=0, le=1)
    eligible_customer_count_warning: int = Field(ge=0)
    guest_amount_share_warning: float = Field(ge=0, le=1)


class PlaceLimits(Frozen):
    """Shares of money or lines from which a place of the ledger is warned about, and from which it stops the run."""

    warning_share: float = Field(ge=0, le=1)
    maximum_share: float | None = Field(default=None, ge=0, le=1)


class ScoresThresholds(Frozen):
    scored_share_minimum: float = Field(ge=0, le=1)
    scored_share_change_warning: float = Field(ge=0, le=1)
    name_true_share_minimum: float = Field(ge=0, le=1)
    predicted_to_past_spend_minimum: float = Field(ge=0)
    predicted_to_past_spend_maximum: float = Field(gt=0)


class VolumeThresholds(Frozen):
    """How far counts may lie from those of former days, weeks and files."""

    former_week_count: int = Field(ge=1)
    former_week_minimum: int = Field(ge=1)
    former_file_minimum: int = Field(ge=1)
    spread_factor: float = Field(gt=0)
    deviation_share_minimum: float = Field(ge=0)
    deviation_count_minimum: int = Field(ge=0)


class FreshnessThresholds(Frozen):
    """How old the newest event of a table may be."""

    newest_event_age_days: dict[str, int]
    load_lag_growth_days: int = Field(ge=0)
    former_load_minimum: int = Field(ge=1)


class ReferenceThresholds(Frozen):
    """Largest shares of rows that refer to something unknown, by child.column."""

    unknown_share: dict[str, float]


class ProfiledTable(Frozen):
    """What is measured of a table: whether columns are filled, amounts, and the shares of categories."""

    gate: Literal["raw", "marts", "scores"]
    rows: str = ""
    where: str = ""
    filled: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class CountedTable(Frozen):
    """Figures of the whole of a table: names and SQL aggregates."""

    gate: Literal["raw", "marts", "scores"]
    where: str = ""
    figures: dict[str, str]


class CollapseThresholds(Frozen):
    """What must be left of the former run's figures."""

    remaining_share_minimum: float = Field(gt=0, lt=1)
    former_value_minimum: float = Field(gt=0)
    tables: dict[str, CountedTable]


class DistributionThresholds(Frozen):
    """How far columns may move from one run to the next."""

    window_days: int = Field(gt=0)
    row_count_minimum: int = Field(ge=1)
    null_share_change_warning: float = Field(ge=0, le=1)
    null_share_change_maximum: float = Field(ge=0, le=1)
    amount_factor_warning: float = Field(gt=1)
    amount_factor_maximum: float = Field(gt=1)
    category_psi_warning: float = Field(gt=0)
    category_share_floor: float = Field(gt=0, lt=1)
    tables: dict[str, ProfiledTable]


class DataDocsThresholds(Frozen):
    runs_kept: int = Field(ge=1)


class Thresholds(Frozen):
    """All thresholds; their meaning stands beside each in the file."""

    raw: RawThresholds
    marts: MartsThresholds
    places: dict[str, PlaceLimits]
    scores: ScoresThresholds
    volume: VolumeThresholds
    freshness: FreshnessThresholds
    references: ReferenceThresholds
    collapse: CollapseThresholds
    distribution: DistributionThresholds
    data_docs: DataDocsThresholds


@cache
def load_thresholds(path: Path = THRESHOLDS_FILE) -> Thresholds:
    """Read and check the thresholds.

    Raises
    ------
    SettingsError
        If the file is missing, or a threshold is absent, unknown or out of range.
    """
    return read_declaration(Thresholds, path, "Mend expectations/conf/thresholds.yml.")
