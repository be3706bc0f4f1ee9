"""Where things are, read once from the environment. Business definitions are not here (see `definitions`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.base.errors import SettingsError
from warehouse.base.schedules import read_schedules
from warehouse.base.time_zones import time_zone_problem

PLAIN, PSEUDONYMOUS = "plain", "pseudonymous"
CHECKOUT = Path(__file__).resolve().parents[2]
_SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Settings(BaseSettings):
    """Paths, ports and addresses. Each field is the environment variable ``CLIENTELE_<FIELD>``.

    Nothing is created when this is made; whoever writes into a folder makes it.
    """

    model_config = SettingsConfigDict(env_prefix="CLIENTELE_", frozen=True, extra="forbid", env_ignore_empty=True)

    home: Path = Field(CHECKOUT / "var", description="Everything the program writes.")
    sources_folder: Path | None = Field(None, description="Folder of your own sources; empty: sources under home.")
    audiences_folder: Path | None = Field(None, description="Folder of your own audiences; empty: the shipped ones.")
    mlflow_tracking_uri: str = Field("", description="MLflow server or database; empty: SQLite under home.")
    mlflow_artifact_location: str = Field("", description="Where models and plots go; empty: under home.")
    airflow_port: int = Field(8080, ge=1, le=65535, description="Airflow's port on localhost.")
    mlflow_port: int = Field(5000, ge=1, le=65535, description="MLflow's port on localhost.")
    airflow_url: str = Field("", description="Where people open Airflow; empty: on this machine, when it is up.")
    mlflow_url: str = Field("", description="Where people open MLflow; empty: on this machine, when it is up.")
    dashboard_url: str = Field("", description="Where people open the dashboard; empty: here, when it is up.")
    dashboard_port: int = Field(8501, ge=1, le=65535, description="The dashboard's port on localhost.")
    scorer_port: int = Field(8600, ge=1, le=65535, description="The port of `make serve` on localhost.")
    dashboard_key: SecretStr = Field(  # pyrefly: ignore[bad-assignment] (pydantic makes one of the text)
        "", description="Who has it may open the dashboard; empty: one that is made at the first start."
    )
    mlflow_key: SecretStr = Field(  # pyrefly: ignore[bad-assignment]
        "", description="Who has it may open MLflow; empty: the dashboard's."
    )
    scorer_key: SecretStr = Field(  # pyrefly: ignore[bad-assignment]
        "", description="Who has it may ask for customers over HTTP; empty: the dashboard's."
    )
    memory_limit: str = Field("2GB", description="DuckDB's memory limit per process.")
    threads: int = Field(2, ge=1, description="DuckDB's threads per process, and dbt's; with 1, jobs come in turn.")
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb", description="What builds the marts; spark is for shops that one machine is too small for."
    )
    spark_master: str = Field("", description="Spark's cluster, such as spark://host:7077; empty: this machine.")
    spark_memory: str = Field("4g", description="Memory of Spark's driver; on this machine, of all of Spark.")
    spark_folder: Path | None = Field(
        None, description="Where Spark reads and writes tables, seen by all its machines; empty: under home."
    )
    published_versions_kept: int = Field(5, ge=1, description="Published files kept for rollback.")
    promotion_needs_approval: bool = Field(
        False, description="Whether a person approves each new model before it serves."
    )
    unpacked_file_limit_mb: int = Field(
        20_000, ge=1, description="Largest size of a landed file once unpacked, in MB; a larger one is refused."
    )
    full_export_gone_share_maximum: float = Field(
        0.5, ge=0, le=1, description="Largest share of the rows that a full export may take away; more is refused."
    )
    alert_webhook_url: SecretStr = Field(  # pyrefly: ignore[bad-assignment] (pydantic makes one of the text)
        "", description="Where alerts are posted as JSON; empty: nowhere."
    )
    audience_webhook_url: SecretStr = Field(  # pyrefly: ignore[bad-assignment] (pydantic makes one of the text)
        "", description="Where the manifest of each exported audience is posted as JSON; empty: nowhere."
    )
    published_ids: Literal["plain", "pseudonymous"] = Field(
        PLAIN, description="Whether published tables carry the ids of the source, or keyed hashes of them."
    )
    privacy_budget_epsilon: float = Field(
        3.0, gt=0, description="Privacy budget of a source: the epsilons of all files shared of it together."
    )
    time_zone: str = Field("UTC", description="Time zone of the shop's days, unless its source.yml names one.")
    jobs_off: str = Field("", description="Optional jobs that are not computed, by name and with commas between.")
    schedule: str = Field("", description="When runs start by the clock: my_shop: 0 5 * * *; none where it is empty.")
    watched_source: str = Field("", description="The source whose folder and queues are watched; empty: none.")
    watched_folder: Path | None = Field(
        None, description="The folder that is watched, with one for each source; empty: under home."
    )
    sample_customer_count: int = Field(4000, ge=1, description="Customers of the generated sample shop.")
    sample_seed: int = Field(20260630, ge=0, description="Seed of the generated sample shop.")

    @field_validator("home", "sources_folder", "audiences_folder", "watched_folder", "spark_folder")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().resolve()

    @field_validator("time_zone")
    @classmethod
    def _is_time_zone(cls, name: str) -> str:
        if problem := time_zone_problem(name):
            raise SettingsError(f"CLIENTELE_TIME_ZONE: {problem}.", "Write it as Europe/Berlin or America/New_York.")
        return name

    @field_validator("schedule")
    @classmethod
    def _can_be_read(cls, text: str) -> str:
        for source in read_schedules(text):
            checked_source_name(source)
        return text

    @field_validator("watched_source")
    @classmethod
    def _is_source_name(cls, name: str) -> str:
        return name and checked_source_name(name)

    @property
    def schedules(self) -> dict[str, str]:
        """The cron expression of each source that runs by the clock."""
        return read_schedules(self.schedule)

    @property
    def own_sources_folder(self) -> Path:
        """Sources that are not shipped: written by people, or drafted by `make source`."""
        return self.sources_folder or self.home / "sources"

    @property
    def landing_folder(self) -> Path:
        return self.home / "landing"

    @property
    def truth_folder(self) -> Path:
        """What is known of generated data; never landed."""
        return self.home / "truth"

    @property
    def warehouse_folder(self) -> Path:
        return self.home / "warehouse"

    @property
    def published_folder(self) -> Path:
        return self.home / "published"

    @property
    def published_file(self) -> Path:
        return self.published_folder / "clientele.duckdb"

    @property
    def since_file(self) -> Path:
        """What has arrived since the live version was made."""
        return self.published_folder / "since.duckdb"

    @property
    def data_docs_folder(self) -> Path:
        return self.home / "docs" / "validations"

    @property
    def dbt_docs_folder(self) -> Path:
        """dbt's pages of the newest publication."""
        return self.home / "docs" / "dbt"

    @property
    def audience_exports_folder(self) -> Path:
        """Exported audiences, a folder for each source."""
        return self.home / "audiences"

    @property
    def dbt_target_folder(self) -> Path:
        return self.home / "dbt"

    def spark_folder_of(self, source: str) -> Path:
        """Tables of a source that Spark reads and writes; may be deleted at any time."""
        return (self.spark_folder or self.home / "spark") / checked_source_name(source)

    @property
    def logs_folder(self) -> Path:
        return self.home / "logs"

    @property
    def run_summaries_folder(self) -> Path:
        """One page for each pipeline run that was published."""
        return self.home / "docs" / "runs"

    @property
    def run_folder(self) -> Path:
        return self.home / "run"

    @property
    def airflow_home(self) -> Path:
        return self.home / "airflow"

    @property
    def mlflow_folder(self) -> Path:
        return self.home / "mlflow"

    @property
    def tracking_uri(self) -> str:
        return self.mlflow_tracking_uri or f"sqlite:///{self.mlflow_folder / 'mlflow.db'}"

    @property
    def artifact_location(self) -> str:
        return self.mlflow_artifact_location or str(self.mlflow_folder / "artifacts")

    @property
    def unpacked_file_limit_bytes(self) -> int:
        return self.unpacked_file_limit_mb * 1_000_000

    def landing_of(self, source: str) -> Path:
        return self.landing_folder / checked_source_name(source)

    def build_file(self, source: str) -> Path:
        """The private DuckDB file of one source (one company)."""
        return self.warehouse_folder / f"{checked_source_name(source)}.duckdb"

    def arrivals_file(self, source: str) -> Path:
        """The rows that arrived since the live version was made; may be deleted at any time."""
        return self.warehouse_folder / f"{checked_source_name(source)}.arrivals.duckdb"

    def watched_folder_of(self, source: str) -> Path:
        """Where files of a source are put that are to be taken from there."""
        return (self.watched_folder or self.home / "arriving") / checked_source_name(source)


def checked_source_name(source: str) -> str:
    """Return the name if it can be a folder, a file and a DAG parameter; raise SettingsError if not."""
    if not _SOURCE_NAME.fullmatch(source):
        raise SettingsError(
            f"{source!r} is not a source name.",
            "Use lower-case letters, digits and underscores, starting with a letter.",
        )
    return source
