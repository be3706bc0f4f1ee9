"""What people type and what they read: options, SQL, tables, summary, the Makefile."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import tempfile
from pathlib import Path

import duckdb
import pytest

from dashboard.access import dashboard_key
from services import __main__ as front_door
from services import sql_prompt
from services.environment import Addresses
from services.pipeline import Request, demo, land, parameters, run
from services.summary import mlflow_address
from warehouse.base.errors import ClienteleError, PublishError
from warehouse.base.settings import CHECKOUT, Settings

# --- options ---


def test_empty_options_mean_the_defaults() -> None:
    options = front_door.request_parser("x", None).parse_args(["--source=", "--input=", "--as-of=", "--force-retrain="])
    assert front_door.request_from(options) == Request()


def test_options_reach_the_request() -> None:
    given = ["--source=files", "--input=a b/it's.csv", "--as-of=2024-01-31", "--force-retrain=1"]
    request = front_door.request_from(front_door.request_parser("x", None).parse_args(given))
    assert request == Request("files", Path("a b/it's.csv"), "2024-01-31", force_retrain=True)
    assert parameters(request) == {"source": "files", "as_of_date": "2024-01-31", "force_retrain": True}


def test_a_date_that_is_none_is_refused_before_anything_starts(settings: Settings) -> None:
    with pytest.raises(ClienteleError, match=r"AS_OF='31\.1\.2024' is not a date"):
        land(settings, Request(as_of_date="31.1.2024"), print)
    assert not settings.home.exists()


def test_an_unknown_source_and_a_missing_input_are_refused_before_anything_starts(
    settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(ClienteleError, match="nowhere"):
        land(settings, Request(source="nowhere"), print)
    with pytest.raises(ClienteleError, match=r"missing\.csv"):
        land(settings, Request(source="cdnow", input=tmp_path / "missing.csv"), print)


def test_files_that_are_unknown_are_refused_before_anything_starts(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr("services.pipeline.up", lambda *_, **__: started.append("up"))
    (tmp_path / "export.csv").write_text("order_id,ordered_at\n")
    with pytest.raises(ClienteleError, match=r"export\.csv"):
        demo(settings, Request(source="files", input=tmp_path / "export.csv"), print)
    left = settings.landing_of("files") / "leftover.csv"
    left.parent.mkdir(parents=True)
    left.write_text("x")
    with pytest.raises(ClienteleError, match=r"leftover\.csv"):
        demo(settings, Request(source="files"), print)
    with pytest.raises(ClienteleError, match=str(left.parent)):
        run(settings, Request(source="files"), print)
    assert started == []


def test_a_failure_for_people_ends_with_1_and_its_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLIENTELE_HOME", str(tmp_path))
    assert front_door.main(["sql", "select 1"]) == 1
    said = capsys.readouterr().err
    assert "Nothing has been published yet" in said
    assert "Traceback" not in said


def test_status_and_down_without_anything_running(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLIENTELE_HOME", str(tmp_path))
    assert front_door.main(["status"]) == 0
    assert front_door.main(["down"]) == 0
    said = capsys.readouterr().out
    assert said.count("stopped") == 7
    assert "Nothing has been published yet" in said
    assert "Nothing was running." in said


# --- SQL ---


@pytest.fixture
def published(settings: Settings) -> Settings:
    settings.published_folder.mkdir(parents=True)
    with duckdb.connect(str(settings.published_file)) as connection:
        connection.execute("create schema marts; create schema scores; create schema quality")
        connection.execute("create table marts.customer_360 as select i::varchar as customer_id from range(300) t(i)")
    return settings


def test_an_answer_is_an_aligned_table(published: Settings) -> None:
    query = "select count(*) as customers, 'it''s \"quoted\"' as \"a name\" from marts.customer_360;"
    assert list(sql_prompt.answer(published, query)) == [
        "customers  a name",
        "---------  -------------",
        '      300  it\'s "quoted"',
    ]


def test_a_long_answer_says_that_it_was_cut(published: Settings) -> None:
    lines = list(sql_prompt.answer(published, "select * from marts.customer_360"))
    assert len(lines) == 203
    assert "the first 200 rows" in lines[-1]


@pytest.mark.parametrize(
    "query", ["select nothing from nowhere", "selec 1", "drop table marts.customer_360", "create table x (i int)"]
)
def test_a_query_that_cannot_be_answered_is_told_in_words(published: Settings, query: str) -> None:
    with pytest.raises(sql_prompt.QueryFailed, match="Error"):
        list(sql_prompt.answer(published, query))


def test_nothing_published_yet(settings: Settings) -> None:
    with pytest.raises(PublishError, match="make demo"):
        list(sql_prompt.answer(settings, "select 1"))


def test_values_are_whole_and_years_plain(published: Settings) -> None:
    reasons = "bought less often than before, " * 9 + "late"
    [_, _, line] = sql_prompt.answer(published, f"select '{reasons}' as reasons, 1965 as year", width=400)
    assert line.split("  ") == [reasons, "1965"]


def test_a_row_wider_than_the_terminal_is_one_value_a_line(published: Settings) -> None:
    columns = ", ".join(f"{number} as column_{number}" for number in range(72))
    lines = list(sql_prompt.answer(published, f"select {columns}", width=100))
    assert lines[0] == "row 1"
    assert lines[72].split() == ["column_71", "71"]


def test_an_answer_for_programs_is_whole(published: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    query = "select customer_id, repeat('x', 500) as text, 1965 as year from marts.customer_360 order by all"
    sql_prompt.write_answer(published, query, "csv")
    rows = list(csv.reader(io.StringIO(capfd.readouterr().out)))
    assert rows[:2] == [["customer_id", "text", "year"], ["0", "x" * 500, "1965"]]
    assert len(rows) == 301
    sql_prompt.write_answer(published, f"{query} limit 1", "json")
    assert json.loads(capfd.readouterr().out) == [{"customer_id": "0", "text": "x" * 500, "year": 1965}]


@pytest.mark.parametrize(
    ("query", "form", "words"), [("selec 1", "csv", "Parser Error"), ("select 1", "odt", "Use one")]
)
def test_an_answer_for_programs_that_cannot_be_given(published: Settings, query: str, form: str, words: str) -> None:
    with pytest.raises(sql_prompt.QueryFailed, match=words):
        sql_prompt.write_answer(published, query, form)


def test_the_prompt_knows_commands_comments_and_several_statements(published: Settings) -> None:
    command, environment = sql_prompt.duckdb_command(published)
    typed = (
        "select 1 as one; -- note\nselect 2 as two; select 3 as three;\nnonsense;\n.tables\n.help mode\n"
        "drop table marts.customer_360;\n.mode line\nselect repeat('y', 200) as long;\n"
    )
    done = subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, check=False)
    for word in ("one", "two", "three", "customer_360", "Set output mode", "y" * 200):
        assert word in done.stdout
    assert "Parser Error" in done.stderr
    assert "read-only" in done.stderr
    history = Path(environment["DUCKDB_HISTORY"])
    assert history.parent == published.home
    assert history.stat().st_mode & 0o777 == 0o600


# --- the Makefile ---


def made(target: str, *variables: str) -> str:
    """What make would run, with the shell's own quoting applied, but with echo instead of our Python."""
    with tempfile.NamedTemporaryFile() as installed:
        # Newer than any lock, so that make does not install.
        os.utime(installed.name, (2**32, 2**32))
        command = ["make", "--no-print-directory", target, "PYTHON=printf '[%s]'", f"INSTALLED={installed.name}"]
        done = subprocess.run([*command, *variables], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    "query",
    ["select 'a'", 'select "a b" from t', "select '$HOME', `x`, $$1$$", "select 1; -- it's", "select '\\n', '#', '%'"],
)
def test_make_passes_a_query_on_as_it_was_typed(query: str) -> None:
    assert made("sql", f"Q={query}") == f"[-m][services][sql][--format=][--][{query}]"


def test_make_passes_a_path_on_as_it_was_typed() -> None:
    path = 'my data/it\'s; $(touch x) "new".csv'
    assert f"[--input={path}]" in made("run", "SOURCE=files", f"INPUT={path}")


def test_make_passes_a_reason_on_as_it_was_typed() -> None:
    reason = 'it\'s "wrong"; $(touch x) $HOME'
    said = made("rollback", "VERSION=20260101T000000-files", f"REASON={reason}")
    assert said == f"[-m][warehouse][rollback][--version=20260101T000000-files][--reason={reason}]"


@pytest.mark.parametrize("name", ["Q", "REASON", "LEFT_OVER", "ANYTHING_ELSE"])
@pytest.mark.parametrize("form", ["$(shell touch {})", "$(eval x := $(shell touch {}))", "`touch {}`", "$$(touch {})"])
def test_nothing_in_an_argument_of_make_is_run(tmp_path: Path, name: str, form: str) -> None:
    for target in ("sql", "rollback", "up", "status"):
        made(target, f"{name}={form.format(tmp_path / 'run')}")
    assert not (tmp_path / "run").exists()


def test_make_lists_its_targets() -> None:
    done = subprocess.run(["make"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    targets = ("demo", "run", "up", "down", "status", "sql", "versions", "rollback", "test", "lint", "bench", "lock")
    for target in (*targets, "help"):
        assert f"  {target} " in done.stdout


def test_mlflow_opens_signed_in_and_one_of_the_persons_own_at_its_page_of_trained_models(settings: Settings) -> None:
    where = Addresses(18080, 15000, 18501, 18600)
    assert mlflow_address(settings, where) == f"http://127.0.0.1:15000/sign-in?token={dashboard_key(settings)}"
    own = settings.model_copy(update={"mlflow_tracking_uri": "http://ml.example:5000/"})
    assert mlflow_address(own, where) == "http://ml.example:5000/#/experiments?workflowType=machine_learning"
