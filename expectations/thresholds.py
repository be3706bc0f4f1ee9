"""The gates' thresholds, read from conf/thresholds.yml and checked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from warehouse.errors import SettingsError

THRESHOLDS_FILE = Path(__file__).with_name("conf") / "thresholds.yml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RawThresholds(_Frozen):
    quarantined_share_warning: float = Field(ge=0, le=1)
    quarantined_share_maximum: float = Field(ge=0, le=1)
    minimum_row_count_for_shares: int = Field(ge=0)
    corrected_share_warning: float = Field(ge=0, le=1)
    orphan_line_share_warning: float = Field(ge=0, le=1)
    guest_sale_share_warning: float = Field(ge=0, le=1)
    newest_order_age_days_warning: int = Field(ge=0)


class MartsThresholds(_Frozen):
    reconciliation_tolerance_amount: float = Field(ge=0)
    eligible_customer_count_warning: int = Field(ge=0)
    guest_amount_share_warning: float = Field(ge=0, le=1)


class ScoresThresholds(_Frozen):
    scored_share_minimum: float = Field(ge=0, le=1)
    predicted_to_past_spend_minimum: float = Field(ge=0)
    predicted_to_past_spend_maximum: float = Field(gt=0)


class DataDocsThresholds(_Frozen):
    runs_kept: int = Field(ge=1)


class Thresholds(_Frozen):
    """All thresholds; their meaning stands beside each in the file."""

    raw: RawThresholds
    marts: MartsThresholds
    scores: ScoresThresholds
    data_docs: DataDocsThresholds


@cache
def load_thresholds(path: Path = THRESHOLDS_FILE) -> Thresholds:
    """Read and check the thresholds.

    Raises
    ------
    SettingsError
        If the file is missing, or a threshold is absent, unknown or out of range.
    """
    try:
        return Thresholds.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise SettingsError(f"{path.name}: {error}", "Mend expectations/conf/thresholds.yml.") from error
