"""A build file that another process holds, as a program of its own (dbt) meets with it."""

from __future__ import annotations

import os
import subprocess
import sys

import duckdb
import pytest

from warehouse.base.connections import refuse_if_held
from warehouse.base.errors import WarehouseBusy
from warehouse.base.settings import Settings


def test_the_holder_is_named_out_of_the_words_of_another_program(settings: Settings) -> None:
    file = settings.build_file("files")
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)):
        opened = f"import duckdb; duckdb.connect({str(file)!r})"
        said = subprocess.run([sys.executable, "-c", opened], capture_output=True, text=True, check=False)
    with pytest.raises(WarehouseBusy, match=rf"files\.duckdb is held by another process: process id {os.getpid()} "):
        refuse_if_held(file, f"Runtime Error in model x\n{said.stderr}")
    refuse_if_held(file, "Binder Error: no such column")
