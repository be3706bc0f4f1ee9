"""The SQL of the models behind `customer_360` as a full build runs it, with its date left open.

dbt compiles it for an empty file and for `A_DATE`, which whoever runs the SQL replaces. It stays the same as long as
the project does, and is kept.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Container
from dataclasses import asdict, dataclass
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from warehouse.base.durable_files import write_text_durably
from warehouse.base.errors import DbtFailed
from warehouse.base.settings import Settings
from warehouse.marts import dbt
from warehouse.marts.increments import definitions_sha256

A_DATE = date(1917, 3, 8)  # no model names it
DATE_IN_SQL = f"cast('{A_DATE}' as date)"
PROFILE = "customer_360"
_SELECTION = (f"+{PROFILE}", "+subscription_features")
_COMMAND = ("--no-use-colors", "compile", "--full-refresh", "--no-introspect", "--quiet", "--write-json")


@dataclass(frozen=True)
class CompiledModel:
    """One model.

    Attributes
    ----------
    sql
        The question that makes its table, which names others as "schema"."name"; of a model in Python empty.
    parents
        The models and seeds whose tables it reads.
    """

    name: str
    schema: str
    sql: str
    parents: tuple[str, ...]

    @property
    def table(self) -> str:
        """Its table with its schema."""
        return f'"{self.schema}"."{self.name}"'


def compiled_models(settings: Settings, source: str) -> list[CompiledModel]:
    """All models behind `customer_360`, parents first; dbt compiles them where that has not been done yet.

    Raises
    ------
    DbtFailed
        If dbt cannot compile them.
    """
    kept = settings.dbt_target_folder / "compiled" / f"{source}-{definitions_sha256({})[:16]}.json"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        models = [asdict(model) for model in _compiled(settings, source)]
        write_text_durably(kept, json.dumps(models))
    return [CompiledModel(**one | {"parents": tuple(one["parents"])}) for one in json.loads(kept.read_text())]


def _compiled(settings: Settings, source: str) -> list[CompiledModel]:
    with tempfile.TemporaryDirectory() as folder:
        # The name of the file is that of the database in every table's name.
        build_file = Path(folder) / settings.build_file(source).name
        environment = {"CLIENTELE_BUILD_FILE": str(build_file), "DBT_TARGET_PATH": folder, "DBT_LOG_PATH": folder}
        command = [*_COMMAND, "--project-dir", str(dbt.DBT_PROJECT), "--select", *_SELECTION]
        done = dbt.run_dbt(settings, source, A_DATE, {}, command, environment=environment)
        if done.returncode:
            raise DbtFailed(f"dbt cannot compile its models:\n{done.stdout[-2000:]}{done.stderr[-2000:]}", "Mend them.")
        nodes = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    selected = {
        name: node for name, node in nodes.items() if node["resource_type"] == "model" and node.get("compiled_code")
    }
    order = TopologicalSorter({name: node["depends_on"]["nodes"] for name, node in selected.items()}).static_order()
    return [_model(selected[name], selected, build_file.stem) for name in order if name in selected]


def _model(node: dict[str, Any], selected: Container[str], database: str) -> CompiledModel:
    """One model of dbt's manifest."""
    sql = node["compiled_code"].replace(f'"{database}"."', '"') if node["language"] == "sql" else ""
    parents = (name for name in node["depends_on"]["nodes"] if name in selected)
    return CompiledModel(node["name"], node["schema"], sql, tuple(sorted(name.rpartition(".")[2] for name in parents)))
