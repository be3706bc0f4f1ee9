"""The environment of the processes that the front door starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.base.settings import CHECKOUT, Settings

HOST = "127.0.0.1"
EXECUTOR_SLOTS = 4
AIRFLOW_USER = "clientele"


@dataclass(frozen=True)
class Addresses:
    """Where the servers listen."""

    airflow_port: int
    mlflow_port: int
    dashboard_port: int
    scorer_port: int

    @property
    def airflow(self) -> str:
        return f"http://{HOST}:{self.airflow_port}"

    @property
    def mlflow(self) -> str:
        return f"http://{HOST}:{self.mlflow_port}"

    @property
    def dashboard(self) -> str:
        return f"http://{HOST}:{self.dashboard_port}"

    @property
    def scorer(self) -> str:
        return f"http://{HOST}:{self.scorer_port}"


@dataclass(frozen=True)
class Secrets:
    """What Airflow's parts must share to trust each other; made once for each home."""

    jwt_secret: str
    api_secret_key: str
    fernet_key: str


def base_environment(settings: Settings) -> dict[str, str]:
    """Return what every child needs: our packages, and every cache inside the home (HOME may be read-only)."""
    scratch = settings.home / "cache"
    return {
        "CLIENTELE_HOME": str(settings.home),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        "HOME": str(scratch / "home"),
        "TMPDIR": str(settings.home / "tmp"),
        "XDG_CACHE_HOME": str(scratch),
        "XDG_CONFIG_HOME": str(scratch / "config"),
        "XDG_DATA_HOME": str(scratch / "data"),
        "MPLCONFIGDIR": str(scratch / "matplotlib"),
        "MPLBACKEND": "Agg",
        "NUMBA_CACHE_DIR": str(scratch / "numba"),
        "DBT_LOG_PATH": str(settings.dbt_target_folder / "logs"),
        # No usage statistics are sent.
        "DO_NOT_TRACK": "1",
        "SCARF_NO_ANALYTICS": "true",
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # MLflow's server would start a second one for jobs on language models.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        # Its assistant would run commands here for whoever of this machine asks; a container of its own at the most.
        "MLFLOW_ENABLE_ASSISTANT_SANDBOX": "true",
        "MLFLOW_ENABLE_AI_GATEWAY": "false",
    }


def airflow_passwords_file(settings: Settings) -> Path:
    """Where Airflow looks up the password of its one user."""
    return settings.airflow_home / "passwords.json"


def folders_to_make(settings: Settings) -> list[Path]:
    """Return the folders that the environment names and that must exist."""
    scratch = settings.home / "cache"
    return [
        settings.home / "tmp",
        scratch / "home",
        scratch / "matplotlib",
        scratch / "numba",
        settings.logs_folder,
        settings.run_folder,
        settings.airflow_home,
        settings.mlflow_folder,
        settings.dbt_target_folder / "logs",
    ]


def airflow_environment(settings: Settings, addresses: Addresses, secrets: Secrets) -> dict[str, str]:
    """Return all environment variables of the embedded Airflow's processes, apart from the inherited ones."""
    home = settings.airflow_home
    options = {
        "core": {
            "dags_folder": CHECKOUT / "dags",
            "plugins_folder": CHECKOUT / "dags" / "plugins",
            "executor": "LocalExecutor",
            "parallelism": EXECUTOR_SLOTS,
            "load_examples": False,
            "dags_are_paused_at_creation": False,
            # One user with a password of the home's own: else every user of the machine would be an admin.
            "simple_auth_manager_all_admins": False,
            "simple_auth_manager_users": f"{AIRFLOW_USER}:admin",
            "simple_auth_manager_passwords_file": airflow_passwords_file(settings),
            "execution_api_server_url": f"{addresses.airflow}/execution/",
            "fernet_key": secrets.fernet_key,
            "min_serialized_dag_update_interval": 5,
        },
        "api": {
            "host": HOST,
            "port": addresses.airflow_port,
            "base_url": addresses.airflow,
            "workers": 1,
            "secret_key": secrets.api_secret_key,
            "instance_name": "Clientele",
            "auto_refresh_interval": 2,
        },
        "api_auth": {"jwt_secret": secrets.jwt_secret},
        "database": {"sql_alchemy_conn": f"sqlite:///{home / 'airflow.db'}"},
        "scheduler": {
            # On one machine the loop may look for work more often than once a second: tasks follow on sooner.
            "scheduler_idle_sleep_time": 0.2,
            "job_heartbeat_sec": 2,
            "scheduler_heartbeat_sec": 2,
        },
        "dag_processor": {
            # Four files that rarely change: parse them once a minute, one at a time.
            "parsing_processes": 1,
            "min_file_process_interval": 60,
            "refresh_interval": 300,
        },
        "logging": {
            "base_log_folder": home / "logs",
            "dag_processor_child_process_log_directory": home / "logs" / "dag_processor",
            "colored_console_log": False,
            # Airflow sets these itself, whatever the umask.
            "file_task_handler_new_folder_permissions": "0o700",
            "file_task_handler_new_file_permissions": "0o600",
        },
        "cosmos": {"enable_telemetry": False, "cache_dir": home / "cosmos"},
    }
    variables = {
        f"AIRFLOW__{section.upper()}__{option.upper()}": str(value)
        for section, values in options.items()
        for option, value in values.items()
    }
    return {**base_environment(settings), "AIRFLOW_HOME": str(home), **variables}
