"""A small client of Airflow's REST API: what the front door needs and no more."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from warehouse.base.errors import ClienteleError

_TIMEOUT_SECONDS = 20


class AirflowUnavailable(ClienteleError):
    """Airflow does not answer, or refuses what it is asked."""


class AirflowApi:
    """Talks to one Airflow on this machine.

    Parameters
    ----------
    address
        For example ``http://127.0.0.1:8080``.
    user, password
        Who asks.
    """

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address = address
        self._credentials = {"username": user, "password": password}
        self._token = ""
        # Never through a proxy: it is on this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def health(self) -> dict[str, Any]:
        return self._call("GET", "/api/v2/monitor/health")

    def dags(self) -> list[dict[str, Any]]:
        return self.get("/dags", limit=100)["dags"]

    def import_errors(self) -> list[dict[str, Any]]:
        return self.get("/importErrors")["import_errors"]

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run and return its id."""
        body = {"logical_date": None, "conf": conf}
        return self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"]

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        return self.get(_of_run(dag_id, run_id))

    def end_run(self, dag_id: str, run_id: str) -> None:
        """End a run: what works is ended and failed, what waits is skipped."""
        self._call("PATCH", f"/api/v2{_of_run(dag_id, run_id)}", {"state": "failed"})

    def runs_of_partition(self, dag_id: str, partition_key: str) -> list[dict[str, Any]]:
        """Return the runs of a DAG that belong to one pipeline run, oldest first."""
        found = self.get(
            f"/dags/{dag_id}/dagRuns", partition_key_pattern=partition_key, order_by="run_after", limit=100
        )
        return [run for run in found["dag_runs"] if run.get("partition_key") == partition_key]

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        path = f"{_of_run(dag_id, run_id)}/taskInstances"
        first = self.get(path, limit=100)
        found = first["task_instances"]
        while len(found) < first["total_entries"]:
            found += self.get(path, limit=100, offset=len(found))["task_instances"]
        return found

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """Return what a task returned, or None."""
        path = f"{_of_run(dag_id, run_id)}/taskInstances/{task_id}/xcomEntries/return_value"
        try:
            return self.get(path, deserialize="true")["value"]
        except AirflowUnavailable:
            return None

    def task_log(self, dag_id: str, run_id: str, task_id: str, try_number: int) -> list[dict[str, Any]]:
        """Return the entries of the log of one attempt."""
        path = f"{_of_run(dag_id, run_id)}/taskInstances/{task_id}/logs/{try_number}"
        entries = self.get(path, full_content="true")["content"]
        return [entry if isinstance(entry, dict) else {"event": str(entry)} for entry in entries]

    def set_pool(self, name: str, definition: dict[str, Any]) -> None:
        """Make the pool, or set it to the definition; where it is so, nothing is written beside a run under way."""
        body = {"name": name, **definition}
        found = next((pool for pool in self.get("/pools", limit=100)["pools"] if pool["name"] == name), None)
        if found is None:
            self._call("POST", "/api/v2/pools", body)
        elif any(found.get(field) != value for field, value in definition.items()):
            self._call("PATCH", f"/api/v2/pools/{name}", body)

    def unpause(self, dag_id: str) -> None:
        self._call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        suffix = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self._call("GET", f"/api/v2{path}{suffix}")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        for is_second_attempt in (False, True):
            try:
                if not self._token and not path.endswith("/health"):
                    self._token = self._send("POST", "/auth/token", self._credentials)["access_token"]
                return self._send(method, path, body)
            except urllib.error.HTTPError as error:
                if error.code == 401 and not is_second_attempt:  # noqa: PLR2004 - the token has expired
                    self._token = ""
                    continue
                detail = error.read().decode(errors="replace")[:500]
                raise AirflowUnavailable(f"Airflow refused {method} {path}: {error.code} {detail}") from None
            except (OSError, ValueError) as error:
                raise AirflowUnavailable(
                    f"Airflow at {self.address} does not answer: {error}", "See `make status` and var/logs/."
                ) from None
        raise AssertionError("unreachable")

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}{path}", data, headers, method=method)  # noqa: S310
        with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read() or b"{}")


def _of_run(dag_id: str, run_id: str) -> str:
    return f"/dags/{dag_id}/dagRuns/{urllib.parse.quote(run_id)}"
