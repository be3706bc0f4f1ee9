"""Business definitions, read from `dbt_project.yml`, the one place where they are written."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from warehouse.errors import SettingsError
from warehouse.settings import CHECKOUT

DBT_PROJECT = CHECKOUT / "dbt_project"


class Definitions(BaseModel):
    """What marts and models mean by churn, lifetime value, eligibility and snapshots (in days)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    churn_horizon_days: int = Field(gt=0)
    clv_horizon_days: int = Field(gt=0)
    eligibility_window_days: int = Field(gt=0)
    snapshot_step_days: int = Field(gt=0)
    snapshot_max_count: int = Field(gt=0)
    minimum_history_days: int = Field(ge=0)


@cache
def load_definitions(project_file: Path = DBT_PROJECT / "dbt_project.yml") -> Definitions:
    """Read the `vars` of the dbt project.

    Raises
    ------
    SettingsError
        If the file is missing or a definition is absent or out of range.
    """
    try:
        variables = yaml.safe_load(project_file.read_text(encoding="utf-8"))["vars"]
        return Definitions.model_validate(variables)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{project_file.name}: {error}", "Mend the `vars` of dbt_project.yml.") from error
