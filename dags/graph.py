"""What people see of a DAG's graph: no more arrows than the order needs, and dbt's models in groups by layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airflow.sdk import TaskGroup

# Rules under which a task ends in the same state whether an earlier task is its direct upstream or a further one.
_STRICT = ("all_success", "none_failed")

# The layers of dbt's models in their order: the group, what it is called, and what is in it.
_LAYERS = {
    "seeds": ("Seeds", "Small tables that people edit: rules and lists."),
    "staging": ("Staging", "The raw rows with clean names and types, a model for each table."),
    "orders": ("Intermediate: orders and money", "What counts, is taken back or netted; products and contracts."),
    "customers": ("Intermediate: customers", "Who customers are, and their features at a date."),
    "marts": ("Marts", "The tables that people query: customers, orders, products, features."),
}


def thinned(dag: Any) -> Any:
    """Remove the arrows of a DAG that its other arrows imply, and return it.

    Every task takes the plan of the run from the first one, which draws an arrow from there to each. The values are
    handed on all the same; only the order is drawn. An arrow stays where a task between may run after a failure.
    """
    tasks = {task.task_id: task for task in dag.tasks}
    for task in dag.tasks:
        if not _is_strict(task):
            continue
        direct = set(task.upstream_task_ids)
        implied = {name for other in direct for name in _before(tasks, other)}
        for name in direct & implied:
            task.upstream_task_ids.discard(name)
            tasks[name].downstream_task_ids.discard(task.task_id)
    return dag


def layer_group(node: Any, dag: Any, parent: TaskGroup) -> TaskGroup:
    """The group of a dbt node's layer, made when it is first asked for."""
    layer = layer_of(node.name, node.original_file_path)
    found = parent.children.get(f"{parent.group_id}.{layer}")
    if isinstance(found, TaskGroup):
        return found
    title, tooltip = _LAYERS[layer]
    return TaskGroup(layer, group_display_name=title, tooltip=tooltip, parent_group=parent, dag=dag)


def layer_of(name: str, path: Any) -> str:
    """The layer of a dbt node, by its file; the customers' part of the intermediate models is one of its own.

    >>> layer_of("int_customer_profiles", "models/intermediate/int_customer_profiles.sql")
    'customers'
    >>> layer_of("dim_customers", "models/marts/dim_customers.sql")
    'marts'
    """
    folder = next(part for part in str(path).split("/") if part != "models")
    if folder != "intermediate":
        return folder
    return "customers" if name.startswith("int_customer_") else "orders"


def _before(tasks: dict[str, Any], name: str) -> Iterator[str]:
    """All tasks without whose success a task does not run, near and far."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        task = tasks[waiting.pop()]
        new = set(task.upstream_task_ids) - seen if _is_strict(task) else set()
        yield from new
        seen |= new
        waiting += new


def _is_strict(task: Any) -> bool:
    return task.trigger_rule in _STRICT
