"""The SQL of the models behind `customer_360` as a full build runs it, with its date left open.

dbt compiles it for an empty file and for `A_DATE`, which whoever runs the SQL replaces. It stays the same as long as
the project does, and is kept.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from warehouse.base.durable_files import write_text_durably
from warehouse.base.errors import DbtFailed
from warehouse.base.settings import Settings
from warehouse.marts import dbt
from warehouse.marts.increments import definitions_sha256

A_DATE = date(1917, 3, 8)  # no model names it
DATE_IN_SQL = f"cast('{A_DATE}' as date)"
PROFILE = "customer_360"
_SELECTION = (f"+{PROFILE}", "+subscription_features")
_COMMAND = ("--no-use-colors", "compile", "--full-refresh", "--no-introspect", "--quiet")
# Where the tables are that no model in SQL reads.
_READ_BY_NONE = {PROFILE: "marts", "subscription_features": "marts"}
_REFERENCE = re.compile(r'dbt\.ref\("(\w+)"\)')  # of a model in Python


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
        models = [asdict(model) for model in _parents_first(_compiled(settings, source))]
        write_text_durably(kept, json.dumps(models))
    return [CompiledModel(**one | {"parents": tuple(one["parents"])}) for one in json.loads(kept.read_text())]


def _compiled(settings: Settings, source: str) -> dict[str, CompiledModel]:
    with tempfile.TemporaryDirectory() as folder:
        # The name of the file is that of the database in every table's name.
        build_file = Path(folder) / settings.build_file(source).name
        environment = {"CLIENTELE_BUILD_FILE": str(build_file), "DBT_TARGET_PATH": folder, "DBT_LOG_PATH": folder}
        command = [*_COMMAND, "--project-dir", str(dbt.DBT_PROJECT), "--select", *_SELECTION]
        done = dbt.run_dbt(settings, source, A_DATE, {}, command, environment=environment)
        if done.returncode:
            raise DbtFailed(f"dbt cannot compile its models:\n{done.stdout[-2000:]}{done.stderr[-2000:]}", "Mend them.")
        texts = {
            path.stem: path.read_text(encoding="utf-8")
            for path in (Path(folder) / "compiled").rglob("*")
            if path.suffix in (".sql", ".py") and "models" in path.parts and path.parent.suffix != ".yml"
        }
    return _related(texts, build_file.stem)


def _related(texts: dict[str, str], database: str) -> dict[str, CompiledModel]:
    """Models by what their SQL says: where the tables are that they read."""
    named = re.compile(rf'"{database}"\."(\w+)"\."(\w+)"')
    schemas = {name: schema for text in texts.values() for schema, name in named.findall(text)} | _READ_BY_NONE
    by_python = {parent for text in texts.values() for parent in _REFERENCE.findall(text)}
    schemas |= dict.fromkeys(by_python - set(schemas), "intermediate")
    found = {}
    for name, text in texts.items():
        parents = {parent for _, parent in named.findall(text)} | set(_REFERENCE.findall(text))
        sql = "" if _REFERENCE.search(text) else text.replace(f'"{database}"."', '"')
        found[name] = CompiledModel(name, schemas[name], sql, tuple(sorted(parents & set(texts) - {name})))
    return found


def _parents_first(models: dict[str, CompiledModel]) -> list[CompiledModel]:
    ordered: dict[str, CompiledModel] = {}
    while len(ordered) < len(models):
        ready = {name: one for name, one in models.items() if name not in ordered and set(one.parents) <= set(ordered)}
        if not ready:
            raise DbtFailed("dbt's models read each other in a circle.", "Mend them.")
        ordered |= ready
    return list(ordered.values())
