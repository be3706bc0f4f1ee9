"""The services of docker-compose.yml as processes of this machine, on a PostgreSQL cluster of their own.

Commands and environments are those of the compose file and the Dockerfile; only addresses and folders are exchanged.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil

from tests.server.compose_file import image_environment, render
from warehouse.base.settings import CHECKOUT

HOST = "127.0.0.1"
COMMAND_TIMEOUT_SECONDS = 240
_LOCALE = {"LANG": "C.UTF-8"}  # both images set it


def postgres_programs() -> Path | None:
    """Return the folder with initdb and postgres, or None."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders and (folders[-1] / "postgres").exists() else None


def redis_programs() -> Path | None:
    """Return the folder with redis-server and redis-cli, or None."""
    found = shutil.which("redis-server")
    return Path(found).parent if found and shutil.which("redis-cli") else None


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class NativeServer:
    """Starts and stops services of the compose file by name.

    Parameters
    ----------
    scratch
        A folder of its own, which other users may enter (PostgreSQL does not run as root).
    secrets
        What an operator writes into .env.
    """

    def __init__(self, scratch: Path, secrets: dict[str, str]) -> None:
        self.scratch = scratch
        self.secrets = secrets
        self.former_secrets: dict[str, str] = {}
        self.postgres_port, self.airflow_port, self.mlflow_port = free_port(), free_port(), free_port()
        self.relay_port, self.redis_port = free_port(), free_port()
        self.airflow = f"http://{HOST}:{self.airflow_port}"
        self.mlflow = f"http://{HOST}:{self.mlflow_port}"
        self._running: dict[str, psutil.Popen] = {}
        for name in ("home", "mlflow", "logs", "user"):
            (scratch / name).mkdir()

    def change_secrets(self, changed: dict[str, str]) -> None:
        """What an operator does in .env; it holds from the next start on."""
        self.former_secrets = dict(self.secrets)
        self.secrets |= changed

    @property
    def services(self) -> dict[str, Any]:
        return render(self.secrets)["services"]

    def start_postgres(self) -> None:
        """Make a cluster as the image's entry point does, with passwords required over TCP, and start it."""
        programs, data = self._postgres_programs(), self.scratch / "postgres"
        environment = self.services["postgres"]["environment"]
        password_file = self.scratch / "password"
        password_file.write_text(environment["POSTGRES_PASSWORD"])
        data.mkdir()
        if os.geteuid() == 0:
            for path in (data, password_file):
                shutil.chown(path, "postgres", "postgres")
        options = ["--username=postgres", f"--pwfile={password_file}", "--auth-local=trust"]
        options += ["--auth-host=scram-sha-256", "--encoding=UTF8", *environment["POSTGRES_INITDB_ARGS"].split()]
        self._popen("initdb", [str(programs / "initdb"), f"--pgdata={data}", *options], dict(_LOCALE), as_postgres=True)
        self._finish("initdb")
        listen = ["-c", f"listen_addresses={HOST}", "-c", f"port={self.postgres_port}"]
        listen += ["-c", f"unix_socket_directories={data}", "-c", "fsync=off"]
        self._popen("postgres", [str(programs / "postgres"), "-D", str(data), *listen], dict(_LOCALE), as_postgres=True)
        self.wait(lambda: self.is_healthy("postgres"), "postgres")

    def run(self, service: str, *, up_to: str = "") -> None:
        """Run a one-shot service to its end, or its script up to a line; raise with its output if it fails."""
        *command, script = self._exchanged(self.services[service]["command"])
        if up_to:
            assert up_to in script
            script = script.partition(up_to)[0]
        self._popen(service, [*command, script], self.environment_of(service))
        self._finish(service)

    def start(self, service: str) -> None:
        self._popen(service, self._exchanged(self.services[service]["command"]), self.environment_of(service))

    def is_healthy(self, service: str) -> bool:
        """Run the service's own health check."""
        program, *check = self._exchanged(self.services[service]["healthcheck"]["test"])
        assert program == "CMD"
        if service == "postgres":
            check.append(f"--port={self.postgres_port}")
        environment = self.environment_of(service)
        check[0] = shutil.which(check[0], path=environment["PATH"]) or check[0]
        return subprocess.run(check, env=environment, capture_output=True, check=False, timeout=60).returncode == 0

    def wait(self, is_ready: Callable[[], bool], service: str, timeout_seconds: float = 180) -> None:
        """Wait until something holds; raise with the service's last words if it ends or takes too long."""
        deadline = time.monotonic() + timeout_seconds
        while not is_ready():
            process = self._running.get(service)
            is_dead = process is not None and (not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
            if is_dead or time.monotonic() > deadline:
                raise AssertionError(f"{service} {'ended' if is_dead else 'is not ready'}:\n{self.log_of(service)}")
            time.sleep(1)

    def sql(self, database: str, user: str, password: str, query: str) -> subprocess.CompletedProcess:
        """Ask PostgreSQL over TCP, with a password."""
        command = [str(self._postgres_programs() / "psql"), "-XAtc", query, f"--host={HOST}"]
        command += [f"--port={self.postgres_port}", f"--username={user}", f"--dbname={database}"]
        environment = {**_LOCALE, "PGPASSWORD": password}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    def log_of(self, service: str) -> str:
        return self.whole_log_of(service)[-4000:]

    def whole_log_of(self, service: str) -> str:
        return self._log_path(service).read_text(errors="replace")

    def stop(self) -> None:
        """Stop everything that was started, PostgreSQL when nobody needs it any more."""
        self._end([name for name in self._running if name != "postgres"])
        self._end(list(self._running))

    def stop_service(self, name: str) -> None:
        self._end([name])

    def kill(self, name: str) -> None:
        """End a service and its children at once, as a machine that fails does."""
        process = self._running.pop(name)
        family = [process, *process.children(recursive=True)]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=5)

    def _end(self, names: list[str]) -> None:
        """Ask services to end, and after a while make them and their children."""
        family = []
        for name in names:
            process = self._running.pop(name)
            with suppress(psutil.NoSuchProcess):
                family += [process, *process.children(recursive=True)]
                process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
        _, left = psutil.wait_procs(family, timeout=5)
        for member in left:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(left, timeout=5)

    def environment_of(self, service: str) -> dict[str, str]:
        """The image's environment with that of the compose file on top, and nothing of ours."""
        definition = self.services[service]
        image_name = definition["image"].partition(":")[0]
        programs = {"postgres": postgres_programs(), "redis": redis_programs()}
        if image_name in programs:
            image = {"PATH": os.pathsep.join([str(programs[image_name]), "/usr/bin", "/bin"])}
        else:
            image = {**image_environment(), "HOME": str(self.scratch / "user")}
        merged = {**_LOCALE, **image, **definition["environment"]}
        if merged.get("PGHOST") == "postgres":
            merged |= {"PGHOST": HOST, "PGPORT": str(self.postgres_port)}
        return dict(zip(merged, self._exchanged(list(merged.values())), strict=True))

    def _exchanged(self, texts: list[str]) -> list[str]:
        """Put this machine's addresses and folders for those of the containers."""
        exchange = {
            "/opt/venv/bin": str(Path(sys.executable).parent),
            "/opt/clientele": str(CHECKOUT),
            "/srv/clientele": str(self.scratch / "home"),
            "/srv/mlflow": str(self.scratch / "mlflow"),
            "/var/log/airflow": str(self.scratch / "logs"),
            "/home/clientele": str(self.scratch / "user"),
            "postgres:5432": f"{HOST}:{self.postgres_port}",
            "airflow-api-server:8080": f"{HOST}:{self.airflow_port}",
            "mlflow:5000": f"{HOST}:{self.mlflow_port}",
            "redis:6379": f"{HOST}:{self.redis_port}",
            "port 6379": f"port {self.redis_port}",
            "localhost:5000": f"{HOST}:{self.mlflow_port}",
            "localhost:8080": f"{HOST}:{self.airflow_port}",
            "alert-relay:8000": f"{HOST}:{self.relay_port}",
            "localhost:8000": f"{HOST}:{self.relay_port}",
            "--port=5000": f"--port={self.mlflow_port}",
            "--port=8000": f"--port={self.relay_port}",
            "0.0.0.0": HOST,  # noqa: S104 - the point is not to
        }
        done = []
        for text in texts:
            # The port is an argument of its own, and which hosts are answered is to be tested as it is.
            new = {"8080": str(self.airflow_port), "6379": str(self.redis_port)}.get(text, text)
            if not text.startswith("--allowed-hosts"):
                for theirs, ours in exchange.items():
                    new = new.replace(theirs, ours)
            done.append(new)
        return done

    def _popen(self, name: str, command: list[str], environment: dict[str, str], *, as_postgres: bool = False) -> None:
        program = shutil.which(command[0], path=environment.get("PATH"))
        assert program, f"{name}: there is no {command[0]}"
        other_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        with self._log_path(name).open("ab") as log:
            self._running[name] = psutil.Popen(
                [program, *command[1:]],
                cwd=self.scratch if as_postgres else CHECKOUT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **(other_user if as_postgres and os.geteuid() == 0 else {}),
            )

    def _finish(self, name: str) -> None:
        try:
            code = self._running[name].wait(timeout=COMMAND_TIMEOUT_SECONDS)
        except psutil.TimeoutExpired:
            raise AssertionError(f"{name} takes too long:\n{self.log_of(name)}") from None
        del self._running[name]
        assert code == 0, f"{name} failed:\n{self.log_of(name)}"

    def _log_path(self, name: str) -> Path:
        return self.scratch / f"{name}.log"

    @staticmethod
    def _postgres_programs() -> Path:
        programs = postgres_programs()
        assert programs
        return programs
