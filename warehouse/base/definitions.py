"""Business definitions, read from `dbt_project.yml`, the one place where they are written."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.base.errors import SettingsError
from warehouse.base.settings import CHECKOUT
from warehouse.base.yaml_files import read_yaml

DBT_PROJECT = CHECKOUT / "dbt_project"


class Definitions(BaseModel):
    """What marts and models mean by newest, churn, lifetime value, eligibility and snapshots (in days)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    newest_first: str = Field(min_length=1)  # SQL that puts the versions of a raw row in order
    churn_horizon_days: int = Field(gt=0)
    clv_horizon_days: int = Field(gt=0)
    clv_further_horizons_days: dict[str, int] = Field(default_factory=dict)  # by job
    eligibility_window_days: int = Field(gt=0)
    snapshot_step_days: int = Field(gt=0)
    snapshot_max_count: int = Field(gt=0)
    minimum_history_days: int = Field(ge=0)
    campaign_window_days: int = Field(gt=0)
    audience_report_days: int = Field(gt=0)
    campaign_days_before: int = Field(gt=0)
    campaign_minimum_group_count: int = Field(gt=1)
    campaign_minimum_response_count: int = Field(gt=0)
    minimum_costed_share: float = Field(gt=0, le=1)

    @property
    def snapshot_horizon_days(self) -> int:
        """How far apart the dates to learn from, to evaluate on and to score lie: no label may reach beyond it."""
        return max(self.churn_horizon_days, self.clv_horizon_days)

    @model_validator(mode="after")
    def _horizons_rise(self) -> Definitions:
        horizons = (self.clv_horizon_days, *self.clv_further_horizons_days.values())
        if list(horizons) != sorted(set(horizons)):
            raise ValueError("clv_further_horizons_days must rise from above clv_horizon_days")
        return self


@cache
def load_definitions(project_file: Path = DBT_PROJECT / "dbt_project.yml") -> Definitions:
    """Read the `vars` of the dbt project.

    Raises
    ------
    SettingsError
        If the file is missing or a definition is absent or out of range.
    """
    try:
        variables = read_yaml(project_file)["vars"]
        return Definitions.model_validate(variables)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{project_file.name}: {error}", "Mend the `vars` of dbt_project.yml.") from error
