"""The environment of the children: complete, inside the home, and not misled by the caller's shell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.environment import Addresses, Secrets, airflow_environment, base_environment, folders_to_make
from services.processes import child_environment
from warehouse.base.settings import CHECKOUT, Settings

SECRETS = Secrets(jwt_secret="a" * 32, api_secret_key="b" * 32, fernet_key="c" * 44)


@pytest.fixture
def variables(settings: Settings) -> dict[str, str]:
    return airflow_environment(settings, Addresses(18080, 15000, 18501, 18600), SECRETS)


def test_it_is_pure(settings: Settings, variables: dict[str, str]) -> None:
    assert variables == airflow_environment(settings, Addresses(18080, 15000, 18501, 18600), SECRETS)
    assert not settings.home.exists()


def test_every_folder_is_inside_the_home(settings: Settings, variables: dict[str, str]) -> None:
    allowed = {str(CHECKOUT), str(CHECKOUT / "dags"), str(CHECKOUT / "dags" / "plugins")}
    paths = {name: value for name, value in variables.items() if value.startswith("/") and value not in allowed}
    assert paths
    assert [name for name, value in paths.items() if not value.startswith(str(settings.home))] == []
    assert variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == f"sqlite:///{settings.home}/airflow/airflow.db"


def test_folders_that_programs_expect_are_made(settings: Settings) -> None:
    made = {str(folder) for folder in folders_to_make(settings)}
    expected = ("HOME", "TMPDIR", "MPLCONFIGDIR", "NUMBA_CACHE_DIR")
    assert {base_environment(settings)[name] for name in expected} <= made


def test_servers_listen_on_this_machine_only(variables: dict[str, str]) -> None:
    assert variables["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert variables["AIRFLOW__API__PORT"] == "18080"
    assert variables["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18080/execution/"


def test_parts_share_their_secrets(variables: dict[str, str]) -> None:
    assert variables["AIRFLOW__API_AUTH__JWT_SECRET"] == SECRETS.jwt_secret
    assert variables["AIRFLOW__API__SECRET_KEY"] == SECRETS.api_secret_key
    assert variables["AIRFLOW__CORE__FERNET_KEY"] == SECRETS.fernet_key


def test_nobody_is_let_in_without_a_password(variables: dict[str, str]) -> None:
    assert variables["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    assert variables["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == "clientele:admin"
    assert (Path(variables["AIRFLOW__CORE__PLUGINS_FOLDER"]) / "doors.py").is_file()


def test_logs_of_tasks_are_their_owners_alone(variables: dict[str, str]) -> None:
    assert variables["AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS"] == "0o700"
    assert variables["AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS"] == "0o600"


def test_nobody_is_told_that_clientele_runs(variables: dict[str, str]) -> None:
    assert variables["AIRFLOW__COSMOS__ENABLE_TELEMETRY"] == "False"
    assert variables["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert variables["GX_ANALYTICS_ENABLED"] == "false"
    assert variables["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"


def test_settings_left_in_a_shell_do_not_redirect_the_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://elsewhere")
    monkeypatch.setenv("DBT_PROFILES_DIR", "/elsewhere")
    monkeypatch.setenv("LANG", "C.UTF-8")
    environment = child_environment({"AIRFLOW_HOME": "here"})
    assert environment["AIRFLOW_HOME"] == "here"
    assert environment["LANG"] == "C.UTF-8"
    assert not {"AIRFLOW__CORE__EXECUTOR", "MLFLOW_TRACKING_URI", "DBT_PROFILES_DIR"} & set(environment)


def test_the_example_lists_every_setting() -> None:
    example = (CHECKOUT / ".env.example").read_text()
    listed = re.findall(r"^#? ?CLIENTELE_(\w+)=", example, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert {name.upper() for name in Settings.model_fields} <= set(listed)


def test_the_example_lists_nothing_that_is_not_read() -> None:
    example = (CHECKOUT / ".env.example").read_text()
    listed = {f"CLIENTELE_{name}" for name in re.findall(r"^#? ?CLIENTELE_(\w+)=", example, re.MULTILINE)}
    secret = CHECKOUT / "warehouse" / "privacy" / "secret.py"
    readers = [CHECKOUT / "docker-compose.yml", CHECKOUT / "tests" / "conftest.py", secret]
    read = set(re.findall(r"CLIENTELE_\w+", "".join(Path(file).read_text() for file in readers)))
    read |= {f"CLIENTELE_{name.upper()}" for name in Settings.model_fields}
    assert listed <= read


def test_the_example_tells_the_true_defaults() -> None:
    example = dict(re.findall(r"^# CLIENTELE_(\w+)=(.+)$", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))
    for name, field in Settings.model_fields.items():
        if (told := example.get(name.upper())) is None:
            assert field.default in ("", None)
            continue
        default = field.default.relative_to(CHECKOUT) if isinstance(field.default, Path) else field.default
        assert told == (str(default).lower() if isinstance(default, bool) else str(default))
