"""What people see of the DAGs before they read anything: names, forms and graphs."""

from __future__ import annotations

import copy
from typing import Any

import pytest

IN_ORDER = ["ingest_sources", "build_marts", "train_models", "score_customers"]
FORMS = [*IN_ORDER, "backfill_scores", "rollback_published"]


def fields_of(dag: Any) -> list[tuple[str, Any]]:
    return [(name, dag.params.get_param(name)) for name in dag.params]


def allows_nothing(schema: dict[str, Any]) -> bool:
    """Whether the form shows no red star: null is a type, or there is none."""
    return "type" not in schema or "null" in schema["type"]


def test_the_list_of_dags_begins_with_the_pipeline_in_its_order(dags: dict[str, Any]) -> None:
    names = {dag.dag_display_name: dag_id for dag_id, dag in dags.items()}
    assert [names[name] for name in sorted(names)][:4] == IN_ORDER
    assert [name[0] for name in sorted(names)][:4] == ["1", "2", "3", "4"]
    assert "start here" in dags["ingest_sources"].dag_display_name


@pytest.mark.parametrize("dag_id", FORMS)
def test_every_field_has_a_title_and_says_what_it_does(dags: dict[str, Any], dag_id: str) -> None:
    for name, field in fields_of(dags[dag_id]):
        assert field.schema["title"], name
        assert field.schema["title"] != name
        assert len(field.description) > 40, name
        assert field.description.endswith("."), name


@pytest.mark.parametrize("dag_id", FORMS)
def test_only_what_must_be_filled_in_has_a_red_star(dags: dict[str, Any], dag_id: str) -> None:
    required = {name for name, field in fields_of(dags[dag_id]) if not allows_nothing(field.schema)}
    assert required == ({"first_date", "last_date"} if dag_id == "backfill_scores" else set())


@pytest.mark.parametrize(
    ("dag_id", "right", "wrong"),
    [
        ("ingest_sources", {"as_of_date": "1998-01-01"}, {"as_of_date": "1900-01-01"}),
        ("ingest_sources", {"as_of_date": None}, {"as_of_date": "01.07.2026"}),
        ("ingest_sources", {"source": "cdnow"}, {"source": "latest"}),
        ("train_models", {"source": "latest"}, {"source": "nobody"}),
        ("train_models", {"roll_back": "churn"}, {"roll_back": "weather"}),
        ("train_models", {"roll_back": None}, {"roll_back": ""}),
        ("train_models", {"backtest_origins": 4}, {"backtest_origins": 400}),
        ("backfill_scores", {"step_days": None}, {"step_days": 0}),
        ("backfill_scores", {"first_date": "1990-01-01"}, {"first_date": "1989-12-31"}),
        ("rollback_published", {"version": None, "reason": None}, {"version": 3}),
    ],
)
def test_the_form_itself_refuses_what_makes_no_sense(
    dags: dict[str, Any], dag_id: str, right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    form = dags[dag_id].params
    copy.deepcopy(form).update(right)
    with pytest.raises(Exception, match="Invalid input"):
        copy.deepcopy(form).update(wrong)


def test_a_refused_date_is_told_what_it_must_be(dags: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="a date from 1990 on, such as 2026-07-01"):
        copy.deepcopy(dags["ingest_sources"].params).update({"as_of_date": "1900-01-01"})


def test_the_choice_of_a_rollback_names_jobs_in_words(dags: dict[str, Any]) -> None:
    schema = dags["train_models"].params.get_param("roll_back").schema
    shown = schema["values_display"]
    assert shown["None"] == "no: train as usual"
    assert shown["churn"] == "Churn"
    assert set(shown) == {str(choice) for choice in schema["enum"]}


ARROWS = {
    "ingest_sources": {"load > plan", "plan > check_raw"},
    "build_marts": {"plan > resolve_identities", "resolve_identities > run_dbt", "run_dbt > check_marts"},
    "score_customers": {
        "plan > score",
        "score > check_scores",
        "check_scores > activate",
        "activate > check_activation",
        "check_activation > audiences",
        "audiences > publish",
    },
    # restore runs although a date has failed, so its arrows and that from reprocess to publish say something.
    "backfill_scores": {
        "plan > dates",
        "plan > restore",
        "dates > reprocess",
        "reprocess > restore",
        "restore > check_activation",
        "check_activation > publish",
        "reprocess > publish",
    },
}


@pytest.mark.parametrize("dag_id", ARROWS)
def test_the_graph_has_no_arrow_that_the_others_imply(dags: dict[str, Any], dag_id: str) -> None:
    tasks = [task for task in dags[dag_id].tasks if task.task_type != "ModelProgress"]
    assert {f"{before} > {task.task_id}" for task in tasks for before in task.upstream_task_ids} == ARROWS[dag_id]
    names = {task.task_id for task in tasks}
    after = {f"{task.task_id} > {name}" for task in tasks for name in task.downstream_task_ids if name in names}
    assert after == ARROWS[dag_id]


def test_training_hands_on_after_every_job(dags: dict[str, Any]) -> None:
    dag = dags["train_models"]
    trainings = {name for name in dag.task_ids if name.startswith("train_")}
    assert all(dag.get_task(name).upstream_task_ids == {"plan"} for name in trainings)
    assert dag.get_task("backtest").upstream_task_ids == trainings
    assert dag.get_task("announce").upstream_task_ids == {"backtest", "approval.carry_out"}
    assert set(dag.task_group.get_child_by_label("jobs").children) == trainings


def test_models_are_grouped_by_layer_in_their_order(dags: dict[str, Any]) -> None:
    groups = dags["build_marts"].task_group.get_child_by_label("dbt").children
    sizes = {name.removeprefix("dbt."): len(group.children) for name, group in groups.items()}
    assert set(sizes) == {"seeds", "staging", "orders", "customers", "marts"}
    assert max(sizes.values()) <= 20
    members = {name: set(group.children) for name, group in groups.items()}
    assert "dbt.staging.stg_orders" in members["dbt.staging"]
    assert "dbt.orders.int_movements" in members["dbt.orders"]
    assert "dbt.customers.int_customer_profiles" in members["dbt.customers"]
    assert {"dbt.marts.customer_features", "dbt.marts.dim_customers"} <= members["dbt.marts"]
    assert all(group.tooltip and group.group_display_name for group in groups.values())
