"""docker-compose.yml: nothing without secrets, nothing open by default, everything watched, every name real."""

from __future__ import annotations

import re
import subprocess
from graphlib import TopologicalSorter
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.server.compose_file import DOCKERFILE_TEXT, VariableMissing, all_variables, interpolate, raw, render
from warehouse.base.settings import CHECKOUT

SECRETS = {
    "CLIENTELE_POSTGRES_PASSWORD": "postgres-password",
    "CLIENTELE_AIRFLOW_DATABASE_PASSWORD": "airflow-database-password",
    "CLIENTELE_MLFLOW_DATABASE_PASSWORD": "mlflow-database-password",
    "CLIENTELE_AIRFLOW_ADMIN_PASSWORD": "admin-password",
    "CLIENTELE_AIRFLOW_FERNET_KEY": "fernet-key",
    "CLIENTELE_AIRFLOW_JWT_SECRET": "jwt-secret",
    "CLIENTELE_AIRFLOW_SECRET_KEY": "secret-key",
    "CLIENTELE_DASHBOARD_KEY": "dashboard-key",
    "CLIENTELE_MLFLOW_KEY": "mlflow-key",
    "CLIENTELE_SCORER_KEY": "scorer-key",
}
OPTIONAL_SECRETS = {
    "CLIENTELE_PRIVACY_SECRET": "privacy-secret",
    "CLIENTELE_ALERT_WEBHOOK_URL": "https://hooks.example/webhook-secret",
    "CLIENTELE_AUDIENCE_WEBHOOK_URL": "https://crm.example/audience-secret",
    "CLIENTELE_REDIS_PASSWORD": "redis-password",
}
# Of the images that are not ours.
IMAGE_PROGRAMS = {
    "postgres": {"bash", "psql", "pg_isready", "postgres"},
    "redis": {"sh", "redis-server", "redis-cli"},
}
SERVICES = sorted(raw()["services"])
OF_CELERY = {"airflow-worker", "redis"}


@pytest.fixture(scope="module")
def services() -> dict:
    return render(SECRETS)["services"]


@pytest.mark.parametrize(
    "text, environment, expected",
    [
        ("${A:?needed}", {"A": "x"}, "x"),
        ("${A:-b}", {}, "b"),
        ("${A:-b}", {"A": ""}, "b"),
        ("${A:-http://h:${P:-80}}/", {"P": "81"}, "http://h:81/"),
        ("${A:+,$${A}}", {"A": "x"}, ",${A}"),
        ("$$A", {"A": "x"}, "$A"),
    ],
)
def test_variables_are_replaced_as_compose_does(text: str, environment: dict, expected: str) -> None:
    assert interpolate(text, environment) == expected


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", [None, ""])
def test_compose_refuses_to_start_without_a_secret(name: str, value: str | None) -> None:
    environment = (
        {**SECRETS, name: value} if value is not None else {key: SECRETS[key] for key in SECRETS if key != name}
    )
    with pytest.raises(VariableMissing, match=rf"{name}: see docs/server.md"):
        render(environment)


def test_secrets_are_exactly_the_required_variables() -> None:
    assert {variable.name for variable in all_variables() if variable.operator == ":?"} == set(SECRETS)
    assert {variable.operator for variable in all_variables()} <= {":?", ":-", ":+"}


def test_every_password_and_key_comes_from_the_operator() -> None:
    for name, service in raw()["services"].items():
        for key, value in service.get("environment", {}).items():
            # One without a value is handed on as the operator set it, or not at all.
            if value is not None and re.search(r"PASSWORD|SECRET|_KEY|TOKEN|AUTH$", key):
                # That of a part which not everyone has is asked for by this part (test_redis_refuses_…).
                required = "" if value == "${CLIENTELE_REDIS_PASSWORD:-}" else r":\?[^}]+"
                assert re.fullmatch(rf"\$\{{CLIENTELE_\w+({required}|:-)\}}", value), f"{name}: {key}"


def test_no_secret_stands_in_an_address_or_an_argument() -> None:
    own = {name: value for name, value in OPTIONAL_SECRETS.items() if "://" not in value}
    for name, service in render(SECRETS | own)["services"].items():
        texts = [value for value in service["environment"].values() if "://" in value] + service.get("command", [])
        assert not [text for text in texts for secret in (SECRETS | own).values() if secret in text], name


def test_redis_refuses_to_start_without_a_password_and_is_given_it_by_no_argument(tmp_path: Path) -> None:
    redis = render(SECRETS)["services"]["redis"]
    server = tmp_path / "redis-server"
    server.write_text('#!/bin/sh\necho "$@"; grep requirepass\n')
    server.chmod(0o755)
    for password, expected in (("", (2, "")), ("a-password", (0, "-\nrequirepass a-password\n"))):
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "REDISCLI_AUTH": password}
        done = subprocess.run(redis["command"], env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == expected
        assert ("CLIENTELE_REDIS_PASSWORD is missing in .env" in done.stderr) == (not password)


def test_workers_and_their_broker_run_only_where_they_are_asked_for() -> None:
    profiles = {name: service["profiles"] for name, service in raw()["services"].items() if "profiles" in service}
    assert profiles == {name: ["celery"] for name in OF_CELERY}
    for executor in ("LocalExecutor", "CeleryExecutor"):
        given = {} if executor == "LocalExecutor" else {"CLIENTELE_AIRFLOW_EXECUTOR": executor}
        services = render(SECRETS | given)["services"]
        named = {service["environment"].get("AIRFLOW__CORE__EXECUTOR") for service in services.values()} - {None}
        assert named == {executor}
        # What waits for a part that is not there would never start.
        waiting = {name for name, one in services.items() if OF_CELERY & set(one.get("depends_on", {}))}
        assert waiting <= OF_CELERY


def test_a_worker_has_what_tasks_need_and_not_what_the_scheduler_needs() -> None:
    services = render(SECRETS | OPTIONAL_SECRETS)["services"]
    scheduler, worker = (services[f"airflow-{name}"]["environment"] for name in ("scheduler", "worker"))
    assert scheduler.items() >= worker.items()
    assert set(scheduler) - set(worker) == {"PGPASSWORD", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"}
    assert services["airflow-worker"]["volumes"] == services["airflow-scheduler"]["volumes"]


def test_each_service_gets_only_the_secrets_it_needs() -> None:
    secrets = SECRETS | OPTIONAL_SECRETS
    services = render(secrets)["services"]
    known = {
        service: {
            name.removeprefix("CLIENTELE_").removeprefix("AIRFLOW_")
            for name, secret in secrets.items()
            if any(secret in value for value in definition["environment"].values())
        }
        for service, definition in services.items()
    }
    assert known == {
        "postgres": {"POSTGRES_PASSWORD"},
        "database-init": {"POSTGRES_PASSWORD", "DATABASE_PASSWORD", "MLFLOW_DATABASE_PASSWORD"},
        "mlflow-init": {"MLFLOW_DATABASE_PASSWORD"},
        "mlflow": {"MLFLOW_DATABASE_PASSWORD", "MLFLOW_KEY"},
        "airflow-init": {"DATABASE_PASSWORD", "ADMIN_PASSWORD"},
        "airflow-api-server": {"DATABASE_PASSWORD", "FERNET_KEY", "JWT_SECRET", "SECRET_KEY"},
        "airflow-scheduler": {
            *("DATABASE_PASSWORD", "FERNET_KEY", "JWT_SECRET", "MLFLOW_KEY", "PRIVACY_SECRET", "REDIS_PASSWORD"),
        },
        "airflow-worker": {"MLFLOW_KEY", "PRIVACY_SECRET", "REDIS_PASSWORD"},
        "redis": {"REDIS_PASSWORD"},
        "airflow-dag-processor": {"DATABASE_PASSWORD"},
        "airflow-triggerer": {"DATABASE_PASSWORD", "FERNET_KEY"},
        "dashboard": {"DASHBOARD_KEY"},
        "scorer": {"SCORER_KEY", "MLFLOW_KEY"},
        "alert-relay": {"ALERT_WEBHOOK_URL", "AUDIENCE_WEBHOOK_URL"},
    }


@pytest.mark.parametrize(("webhook", "told"), [("https://hooks.example/x", "http://alert-relay:8000/"), ("", "")])
def test_alerts_leave_by_the_relay_where_they_are_wanted(webhook: str, told: str) -> None:
    services = render({**SECRETS, "CLIENTELE_ALERT_WEBHOOK_URL": webhook})["services"]
    addresses = {name: service["environment"].get("CLIENTELE_ALERT_WEBHOOK_URL") for name, service in services.items()}
    assert addresses.pop("alert-relay") == webhook
    # Tasks, and who tells of tasks that were killed.
    senders = {name for name, address in addresses.items() if address is not None}
    assert senders == {"airflow-scheduler", "airflow-worker", "airflow-dag-processor"}
    assert {addresses[name] for name in senders} == {told}
    assert all("alerts" in services[name]["networks"] for name in (*senders, "alert-relay"))


@pytest.mark.parametrize(
    ("webhook", "told"), [("https://crm.example/x", "http://alert-relay:8000/audiences"), ("", "")]
)
def test_manifests_of_audiences_leave_by_the_relay_where_they_are_wanted(webhook: str, told: str) -> None:
    services = render({**SECRETS, "CLIENTELE_AUDIENCE_WEBHOOK_URL": webhook})["services"]
    name = "CLIENTELE_AUDIENCE_WEBHOOK_URL"
    addresses = {one: found["environment"][name] for one, found in services.items() if name in found["environment"]}
    assert addresses == {"alert-relay": webhook, "airflow-scheduler": told, "airflow-worker": told}


@pytest.mark.parametrize("bind_address, airflow_host", [("", "127.0.0.1"), ("10.0.0.5", "10.0.0.5")])
def test_ports_stay_on_this_machine_unless_asked_and_those_without_accounts_always(bind_address, airflow_host) -> None:
    services = render({**SECRETS, "CLIENTELE_BIND_ADDRESS": bind_address})["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {
        "airflow-api-server": [f"{airflow_host}:8080:8080"],
        "mlflow": ["127.0.0.1:5000:5000"],
        "dashboard": ["127.0.0.1:8501:8501"],
        "scorer": ["127.0.0.1:8600:8600"],
    }
    assert not [name for name, service in services.items() if "network_mode" in service or service.get("privileged")]


def test_each_service_is_on_the_networks_it_needs(services: dict) -> None:
    networks = raw()["networks"]
    inside = {name for name, how in networks.items() if how == {"internal": True}}
    assert set(networks) - inside == {"published", "out"}
    members = {
        network: {name.removeprefix("airflow-") for name, service in services.items() if network in service["networks"]}
        for network in networks
    }
    parts = {"api-server", "scheduler", "dag-processor", "triggerer"}
    assert members == {
        "database": {"postgres", "database-init", "init", "mlflow-init", "mlflow", *parts},
        "airflow": {*parts, "worker"},
        "tracking": {"scheduler", "worker", "mlflow", "scorer"},
        "alerts": {"scheduler", "worker", "dag-processor", "alert-relay"},
        "broker": {"scheduler", "worker", "redis"},
        "published": {"api-server", "mlflow", "dashboard", "scorer"},
        "out": {"alert-relay"},
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_reach_what_it_is_told_of(name: str, services: dict) -> None:
    service = services[name]
    texts = [
        *service["environment"].values(),
        *service.get("command", []),
        *service.get("healthcheck", {}).get("test", []),
    ]
    named = {other for other in services for text in texts if re.search(rf"//([^/@]*@)?{other}:\d", text)} - {name}
    # Airflow's own settings tell all of its parts where its API and its database are; init does not ask the one, a
    # worker not the other.
    unused = {"airflow-init": {"airflow-api-server"}, "airflow-worker": {"postgres"}}.get(name, set())
    for other in named - unused:
        assert set(service["networks"]) & set(services[other]["networks"]), other


def test_images_are_pinned_to_a_version_and_the_system_below_it(services: dict) -> None:
    used = {service["image"] for service in services.values() if "build" not in service}
    used |= set(re.findall(r"^FROM (\S+)", DOCKERFILE_TEXT, re.MULTILINE))
    assert len(used) == 3
    for image in used:
        assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-slim)?-bookworm", image), image


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_watched_and_restarted_or_runs_once_and_is_waited_for(name: str, services: dict) -> None:
    service = services[name]
    if service["restart"] == "unless-stopped":
        assert service["healthcheck"]["test"][0] == "CMD"
        assert {"interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])
    else:
        assert service["restart"] == "no"
        conditions = [other.get("depends_on", {}).get(name, {}).get("condition") for other in services.values()]
        assert "service_completed_successfully" in conditions


def test_what_a_service_waits_for_exists_and_can_happen(services: dict) -> None:
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            runs_once = services[needed]["restart"] == "no"
            expected = "service_completed_successfully" if runs_once else "service_healthy"
            assert how == {"condition": expected}, f"{name} waits for {needed}"
    graph = {name: set(service.get("depends_on", {})) for name, service in services.items()}
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("database-init") < order.index("airflow-init") < order.index("airflow-scheduler")


def test_programs_exist_in_the_lock_or_the_image(services: dict) -> None:
    locks = [(CHECKOUT / "requirements" / name).read_text() for name in ("lock.txt", "celery-lock.txt")]
    locked = set(re.findall(r"^([a-z0-9._-]+)==", "\n".join(locks), re.MULTILINE))
    scripts = {
        entry.name
        for distribution in distributions()
        if re.sub(r"[-_.]+", "-", distribution.name).lower() in locked
        for entry in distribution.entry_points.select(group="console_scripts")
    }
    for name, service in services.items():
        known = IMAGE_PROGRAMS.get(service["image"].partition(":")[0], scripts | {"bash", "python"})
        commands = [
            service.get("command", ["postgres"]),
            service.get("healthcheck", {}).get("test", ["CMD", "bash"])[1:],
        ]
        assert {command[0] for command in commands} <= known, name
        if commands[0][1:2] == ["-m"]:
            module = CHECKOUT / commands[0][2].replace(".", "/")
            assert module.with_suffix(".py").is_file() or (module / "__main__.py").is_file(), name


@pytest.mark.parametrize("name", ["database-init", "airflow-init", "mlflow-init", "redis"])
def test_shell_of_services_parses(name: str, services: dict) -> None:
    script = services[name]["command"][-1]
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_named_volume_is_declared_and_each_part_sees_only_its_own(services: dict) -> None:
    mounts = {name: [mount.split(":") for mount in service.get("volumes", [])] for name, service in services.items()}
    assert {mounted[0] for mount in mounts.values() for mounted in mount} == set(raw()["volumes"])
    assert mounts["airflow-api-server"] == [["airflow-logs", "/var/log/airflow"]]
    assert mounts["mlflow"] == [["mlflow-artifacts", "/srv/mlflow"]]
    # Under another user than who writes it: of the home's folders, only what is published is open to others.
    assert mounts["dashboard"] == [["home", "/srv/clientele", "ro"]]
    [writer] = re.findall(r"useradd --uid (\d+)", DOCKERFILE_TEXT)
    assert services["dashboard"]["user"].split(":")[0] not in (writer, "0")
    assert {name for name, mount in mounts.items() if ["home", "/srv/clientele"] in mount} == {
        "airflow-init",
        "airflow-scheduler",
        "airflow-worker",
        "airflow-dag-processor",
        "airflow-triggerer",
    }


def test_the_data_can_be_kept_in_a_folder_of_the_server() -> None:
    services = render({**SECRETS, "CLIENTELE_HOME_VOLUME": "/data"})["services"]
    assert "/data:/srv/clientele" in services["airflow-scheduler"]["volumes"]


def test_own_services_run_without_privileges(services: dict) -> None:
    for name, service in services.items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["logging"]["options"]["max-size"], name
        if "build" in service:
            assert service["cap_drop"] == ["ALL"], name


def test_mlflow_answers_under_the_name_that_tasks_use(services: dict) -> None:
    address = services["airflow-scheduler"]["environment"]["CLIENTELE_MLFLOW_TRACKING_URI"]
    [allowed] = [text for text in services["mlflow"]["command"] if text.startswith("--allowed-hosts=")]
    hosts = allowed.partition("=")[2].split(",")
    assert address == "http://mlflow:5000"
    assert address.removeprefix("http://") in hosts
    assert "*" not in hosts
