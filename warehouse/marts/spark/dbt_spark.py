"""What dbt-spark's `session` method lacks: it works in the session that is given, and runs models in Python, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def work_in(session: SparkSession) -> None:
    """Let dbt-spark work in this session, with its settings, in this process."""
    from dbt.adapters.spark import session as of_adapter
    from dbt.adapters.spark.impl import SparkAdapter
    from dbt_common.exceptions import DbtDatabaseError
    from pyspark.errors import PySparkException

    class InSession(of_adapter.Cursor):
        def execute(self, sql: str, *parameters: Any) -> None:
            """As dbt-spark's own, which makes a session anew for each statement and turns ANSI mode off in it."""
            try:
                self._df = session.sql(sql % parameters if parameters else sql)
            except PySparkException as error:
                raise DbtDatabaseError(str(error)) from error

    class PythonInSession:
        def __init__(self, parsed_model: Mapping[str, Any], credentials: object) -> None:
            pass

        def submit(self, compiled_code: str) -> None:
            """Run a model with what dbt has written around it, which saves the table."""
            exec(compiled_code, {"spark": session, "__name__": "model"})  # noqa: S102 (our models, compiled by dbt)

    of_adapter.Cursor = InSession
    SparkAdapter.default_python_submission_method = property(lambda _: "session")
    SparkAdapter.python_submission_helpers = property(lambda _: {"session": PythonInSession})
