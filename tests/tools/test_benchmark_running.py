"""Measurements run in processes of their own, within limits, and are told in tables."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext

import numpy as np
import psutil

from tools.benchmark import subjects
from tools.benchmark.measurement import RESULT_FILE, Measurement, Step
from tools.benchmark.report import report_lines
from tools.benchmark.subjects import Limits, measurements


def measured(tmp_path, monkeypatch, names, count=400, **limits) -> list[Measurement]:
    monkeypatch.setattr(subjects, "subjects", lambda part: names)
    return list(measurements("models", [count], tmp_path, Limits(**limits), say=lambda line: None))


def test_a_step_knows_its_time_and_the_greatest_memory():
    result = Measurement("nothing", 1)
    before_mib = psutil.Process().memory_info().rss >> 20
    with result.step("wait"):
        time.sleep(0.05)
    with result.step("grow"):
        block = np.ones(40_000_000)  # 305 MiB
    del block
    assert result.steps["wait"].seconds >= 0.05
    assert result.steps["wait"].processor_seconds < 0.05
    assert result.peak_memory_mib >= before_mib + 250


def test_a_model_is_measured_in_a_process_of_its_own_and_what_fails_is_told(tmp_path, monkeypatch):
    failed, result = measured(tmp_path, monkeypatch, ["unheard_of_train", "nbd"])
    assert "unheard_of" in failed.problem
    assert result.problem is None
    assert set(result.steps) == {"fit", "expected", "active_probability"}
    assert result.peak_memory_mib > 50


def test_what_a_model_says_against_the_data_is_its_problem(tmp_path, monkeypatch):
    monkeypatch.setattr(subjects, "quiet_environment", lambda _: nullcontext())  # of a process
    for subject in ("histories", "bg_nbd"):
        subjects.main(subject, 20, tmp_path)
    result = json.loads((tmp_path / RESULT_FILE).read_text())
    assert "TooLittleData" in result["problem"]
    assert result["steps"] == {}


def test_a_measurement_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    (result,) = measured(tmp_path, monkeypatch, ["nbd"], measurement_seconds=0.05)
    assert "stopped after" in result.problem


def test_nothing_is_started_once_the_time_is_used_up(tmp_path, monkeypatch):
    began = time.monotonic()
    found = measured(tmp_path, monkeypatch, ["nbd", "bg_nbd"], total_seconds=0.0)
    assert time.monotonic() - began < 1
    assert all("used up" in result.problem for result in found)


def test_the_report_has_times_memory_and_what_is_missing():
    found = [
        Measurement("bg_nbd", 10_000, {"fit": Step(2.0, 1.0), "expected": Step(0.2, 0.1)}, 150),
        Measurement("churn_train", 10_000, {"train": Step(50.0, 40.0)}, 700),
        Measurement("churn_score", 10_000, problem="stopped after 3 s"),
    ]
    text = "\n".join(report_lines(found))
    assert "| bg_nbd | 10,000 | 1.00 (2.00) | 0.10 (0.20) | – | 150 |" in text
    assert "| churn | 10,000 | 40.00 (50.00) | 700 | – | – |" in text
    assert "- churn_score, 10,000 customers: stopped after 3 s" in text
