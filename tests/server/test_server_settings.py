"""The settings of the server set-up: names that their programs know, agreement with the embedded set-up, docs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.environment import Addresses, Secrets, airflow_environment
from tests.server.compose_file import DOCKERFILE_TEXT, all_variables, image_environment, raw, render
from tests.server.test_compose_file import SECRETS
from warehouse.base.settings import CHECKOUT, Settings

GUIDE = (CHECKOUT / "docs" / "server.md").read_text()
# What differs between one process tree on one machine and containers: addresses, folders, accounts, speed.
EMBEDDED_ONLY = {
    "AIRFLOW__API__AUTO_REFRESH_INTERVAL",
    "AIRFLOW__API__HOST",
    "AIRFLOW__API__PORT",
    "AIRFLOW__API__WORKERS",
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL",
    "AIRFLOW__CORE__PLUGINS_FOLDER",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS",
    "AIRFLOW__COSMOS__CACHE_DIR",
    "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME",
}
LIST_OPTIONS = """
import json
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager
ProvidersManager().initialize_providers_configuration()
known = {section: sorted(what["options"]) for section, what in conf.configuration_description.items()}
print("KNOWN " + json.dumps(known))
"""


@pytest.fixture(scope="module")
def airflow() -> dict[str, str]:
    return render(SECRETS)["services"]["airflow-scheduler"]["environment"]


@pytest.fixture(scope="module")
def embedded() -> dict[str, str]:
    secrets = Secrets("jwt-secret", "secret-key", "fernet-key")
    return airflow_environment(Settings(home=Path("/srv/clientele")), Addresses(8080, 5000, 8501, 8600), secrets)


@pytest.fixture(scope="module")
def known_options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Airflow's own list of its options and those of its providers, by section."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {"AIRFLOW_HOME": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", LIST_OPTIONS], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("KNOWN ")]
    return json.loads(line.removeprefix("KNOWN "))


def test_airflow_knows_every_option_that_is_set(airflow: dict, known_options: dict) -> None:
    assert "fernet_key" in known_options["core"]
    # Celery's provider is in the image alone (test_server_natively.py); Cosmos has a test of its own.
    elsewhere = {"COSMOS"} if "result_backend" in known_options.get("celery", []) else {"COSMOS", "CELERY"}
    names = [name for name in airflow if name.startswith("AIRFLOW__") and name.split("__")[1] not in elsewhere]
    unknown = [
        name
        for name in names
        if name.split("__")[2].lower().removesuffix("_cmd") not in known_options.get(name.split("__")[1].lower(), [])
    ]
    assert names
    assert not unknown


def test_cosmos_reads_every_option_that_is_set(airflow: dict) -> None:
    # Cosmos declares no options to Airflow; it reads them in one module.
    import cosmos

    reads = (Path(cosmos.__file__).parent / "settings.py").read_text()
    names = [name.split("__")[2].lower() for name in airflow if name.startswith("AIRFLOW__COSMOS__")]
    assert names
    assert not [name for name in names if not re.search(rf'"cosmos",\s*"{name}"', reads)]


def test_all_parts_of_airflow_have_the_same_settings(airflow: dict) -> None:
    """But for secrets and for where to tell of things, which each gets as it needs them (test_compose_file.py)."""
    special = {
        "ADMIN_PASSWORD",
        "AIRFLOW__API_AUTH__JWT_SECRET",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__CELERY__BROKER_URL_CMD",
        "AIRFLOW__CELERY__RESULT_BACKEND_CMD",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY",
        "AIRFLOW__CORE__FERNET_KEY",
        "CLIENTELE_ALERT_WEBHOOK_URL",
        "CLIENTELE_AUDIENCE_WEBHOOK_URL",
        "CLIENTELE_BUILD_FILE",
        "CLIENTELE_MLFLOW_TRACKING_URI",
        "MLFLOW_TRACKING_TOKEN",
        "PGPASSWORD",
        "REDIS_PASSWORD",
    }
    common = {name: value for name, value in airflow.items() if name not in special}
    assert len(common) > 15
    for part in ("api-server", "dag-processor", "triggerer", "init", "worker"):
        environment = render(SECRETS)["services"][f"airflow-{part}"]["environment"]
        assert {name: value for name, value in environment.items() if name not in special} == common, part


def test_embedded_and_server_agree(airflow: dict, embedded: dict) -> None:
    api_server = render(SECRETS)["services"]["airflow-api-server"]["environment"]
    server = {**image_environment(), **api_server, **airflow}
    ours = {name for name in embedded if name.startswith("AIRFLOW__")}
    assert ours - set(server) == EMBEDDED_ONLY
    different = {name for name in ours & set(server) if server[name].lower() != embedded[name].lower()}
    assert different == {
        "AIRFLOW__API__BASE_URL",
        "AIRFLOW__CORE__DAGS_FOLDER",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY",
    }


def test_nobody_is_told_that_clientele_runs(airflow: dict, embedded: dict) -> None:
    switches = {name for name in embedded if re.search("TELEMETRY|ANALYTICS|STATS|TRACK$", name)}
    assert len(switches) >= 5
    server = {**image_environment(), **airflow}
    assert {name: server.get(name, "").lower() for name in switches} == {
        name: embedded[name].lower() for name in switches
    }


def test_every_setting_reaches_the_tasks_or_is_settled_here() -> None:
    environment = {**image_environment(), **raw()["services"]["airflow-scheduler"]["environment"]}
    of_ports = {f"CLIENTELE_{program}_PORT" for program in ("AIRFLOW", "MLFLOW", "DASHBOARD", "SCORER")}
    of_the_dashboard = {"CLIENTELE_DASHBOARD_KEY", "CLIENTELE_AIRFLOW_URL"}
    assert of_the_dashboard | {"CLIENTELE_MLFLOW_URL"} <= set(raw()["services"]["dashboard"]["environment"])
    settings = {f"CLIENTELE_{field.upper()}" for field in Settings.model_fields}
    # MLflow's server decides, and asks; so does the scorer
    of_the_server = {"CLIENTELE_MLFLOW_ARTIFACT_LOCATION", "CLIENTELE_MLFLOW_KEY", "CLIENTELE_SCORER_KEY"}
    of_no_settings = {"CLIENTELE_PRIVACY_SECRET"}  # read where it is used, and nowhere kept
    reaching = {name for name in environment if name.startswith("CLIENTELE_")}
    assert settings - of_ports - of_the_server - of_the_dashboard == reaching - of_no_settings
    used = {variable.name: variable.rest for variable in all_variables()}
    fields = Settings.model_fields
    assert {name: used[name] for name in of_ports} == {
        name: str(fields[name.removeprefix("CLIENTELE_").lower()].default) for name in of_ports
    }


def test_a_setting_of_the_operator_reaches_the_tasks() -> None:
    environment = {**SECRETS, "CLIENTELE_THREADS": "7"}
    scheduler = render(environment)["services"]["airflow-scheduler"]["environment"]
    assert scheduler["CLIENTELE_THREADS"] == "7"
    assert "CLIENTELE_SAMPLE_SEED" not in scheduler


def test_there_is_a_triggerer_exactly_if_tasks_wait_in_it() -> None:
    text = "\n".join(path.read_text() for path in (CHECKOUT / "dags").glob("*.py"))
    waits = re.search(r"start_from_trigger = True|deferrable\W+True|AssetWatcher|\.defer\(", text)
    assert ("airflow-triggerer" in raw()["services"]) == bool(waits)


def test_the_guide_lists_exactly_the_variables_that_are_read() -> None:
    passed_on = {name for name, value in raw()["services"]["airflow-scheduler"]["environment"].items() if value is None}
    read = {variable.name for variable in all_variables()} | passed_on
    listed = set(re.findall(r"^\| `(CLIENTELE_\w+)` \|", GUIDE, re.MULTILINE))
    assert listed == read


def test_the_commands_of_the_guide_fill_in_every_secret(tmp_path: Path) -> None:
    [commands] = re.findall(r"<!-- run by tests/server/test_server_settings.py -->\n```sh\n(.+?)```", GUIDE, re.DOTALL)
    shutil.copy(CHECKOUT / ".env.example", tmp_path / ".env")
    subprocess.run(["bash", "-euc", commands], cwd=tmp_path, check=True, timeout=60)
    written = dict(re.findall(r"^(CLIENTELE_\w+)=(.*)$", (tmp_path / ".env").read_text(), re.MULTILINE))
    assert all(len(written[name]) >= 44 for name in SECRETS)
    assert len({written[name] for name in SECRETS}) == len(SECRETS)
    Fernet(written["CLIENTELE_AIRFLOW_FERNET_KEY"])
    before = (tmp_path / ".env").read_text()
    subprocess.run(["bash", "-euc", commands], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / ".env").read_text() == before, "a second time must not replace what databases depend on"
    assert render(written)["services"]["mlflow"]["ports"] == ["127.0.0.1:5000:5000"]


def test_the_example_lists_every_variable_and_no_secret_has_a_value() -> None:
    example = (CHECKOUT / ".env.example").read_text()
    assert {variable.name for variable in all_variables()} <= set(
        re.findall(r"^#? ?(CLIENTELE_\w+)=", example, re.MULTILINE)
    )
    given = dict(re.findall(r"^#? ?(CLIENTELE_\w+)=(.*)$", example, re.MULTILINE))
    assert {name: given[name] for name in SECRETS} == dict.fromkeys(SECRETS, "")


def test_the_image_installs_the_lock_with_hashes_and_runs_without_root() -> None:
    assert re.search(r"^RUN .*pip install .*--require-hashes .*celery-lock\.txt$", DOCKERFILE_TEXT, re.MULTILINE)
    last_stage = DOCKERFILE_TEXT.split("\nFROM ")[-1]
    assert re.findall(r"^USER (.+)$", last_stage, re.MULTILINE)[-1:] == ["clientele"]
    assert last_stage.rstrip().endswith("USER clientele")
    pinned = _pinned("lock.txt"), _pinned("celery-lock.txt")
    assert len(pinned[0]) > 100
    assert "celery" in pinned[1]
    for name, block in [*pinned[0].items(), *pinned[1].items()]:
        assert "--hash=sha256:" in block, name
    assert not set(pinned[0]) & set(pinned[1]), "the second lock has only what the first one lacks"


def _pinned(lock: str) -> dict[str, str]:
    blocks = re.split(r"\n(?=[a-z0-9])", (CHECKOUT / "requirements" / lock).read_text())
    return {block.partition("==")[0]: block for block in blocks if "==" in block.splitlines()[0]}


def test_volumes_are_mounted_where_the_image_made_folders_for_its_user() -> None:
    [made] = re.findall(r"chown clientele: (.+)", DOCKERFILE_TEXT)
    services = render(SECRETS)["services"].values()
    ours = [service for service in services if "build" in service]
    mounted = {mount.split(":")[1] for service in ours for mount in service.get("volumes", [])}
    assert mounted == set(made.split())
    assert image_environment()["CLIENTELE_HOME"] in mounted


def test_only_the_program_gets_into_the_image() -> None:
    lines = [line for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    packages = {path.name for path in CHECKOUT.iterdir() if (path / "__init__.py").exists()} - {"tests", "tools"}
    assert let_in == packages | {"dags", "dbt_project", "requirements/lock.txt", "requirements/celery-lock.txt"}
