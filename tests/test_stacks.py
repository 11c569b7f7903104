"""Tests of `--stack`, which chooses whether tests run on SQLite, on PostgreSQL and Kafka, or both.

Tests that could not run are reported, in CI as a failure.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLANTED = """
import pytest
def test_plain(stack): pass
@pytest.mark.both_stacks
def test_marked(stack): pass
def test_without_a_stack(): pass
"""
NOUNS_BELOW_HERE = """
from pathlib import Path
from tests import conftest
conftest.SERVICES = Path(__file__).parent
"""
REAL_ONLY = """
def test_real(postgres_server): pass
def test_pure(): pass
"""
UNSTARTABLE = """
from deploy.local import postgres
postgres.UNSAFE_BUT_FAST = ("no_such_setting=1",)
def test_real(postgres_server): pass
"""
IN_A_BROWSER = """
def test_page(chromium): pass
def test_pure(): pass
"""
BUSY = """
import subprocess, sys, time
SPEND = "import time\\nend = time.process_time() + 1\\nwhile time.process_time() < end: pass"
def test_busy_itself():
    exec(SPEND, {})
def test_with_a_busy_process_below():
    subprocess.run([sys.executable, "-c", SPEND], check=True)
"""


def plant(file: Path, text: str) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file.parent


def run(folder: Path, *options: str, ci: str = "", **environment: str) -> str:
    """Run pytest on a folder with the configuration of the suite; return what it printed."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["-v", "-c", str(ROOT / "pyproject.toml"), f"--rootdir={folder}", str(folder)]
    given = {**os.environ, "CI": ci, "PATRON_TEST_POSTGRES_URL": "", **environment}
    done = subprocess.run(
        [*command, *options], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )
    return done.stdout


@pytest.mark.parametrize(
    ("option", "chosen"),
    [
        ("embedded", {"embedded"}),
        ("real", {"real"}),
        ("both", {"embedded", "real"}),
        ("default", {"embedded", "real"}),
    ],
)
def test_a_test_that_takes_the_stack_runs_once_on_each_chosen_one(
    tmp_path: Path, option: str, chosen: set[str]
) -> None:
    """By default, tests of one service run on both stacks only if the stacks may differ."""
    plant(tmp_path / "noun" / "test_repository.py", PLANTED)
    plant(tmp_path / "noun" / "test_routes.py", PLANTED)
    plant(tmp_path / "test_planted.py", PLANTED)
    output = run(plant(tmp_path / "conftest.py", NOUNS_BELOW_HERE), f"--stack={option}")
    routes = {"embedded"} if option == "default" else chosen
    expected = {
        *(f"noun/test_routes.py::test_plain[{stack}]" for stack in routes),
        *(f"noun/test_routes.py::test_marked[{stack}]" for stack in chosen),
        "noun/test_routes.py::test_without_a_stack",
    }
    for file in ("noun/test_repository.py", "test_planted.py"):
        expected |= {
            f"{file}::test_{name}[{stack}]" for stack in chosen for name in ("plain", "marked")
        }
        expected.add(f"{file}::test_without_a_stack")
    assert set(re.findall(r"((?:noun/)?test_\w+\.py::\S+) PASSED", output)) == expected


def test_a_test_of_the_real_stack_alone_is_left_out_of_the_embedded_one(tmp_path: Path) -> None:
    output = run(plant(tmp_path / "test_planted.py", REAL_ONLY), "--stack=embedded")
    assert "1 passed, 1 deselected" in output


@pytest.mark.parametrize("workers", [0, 2])
def test_a_server_that_cannot_start_is_reported_and_its_tests_are_skipped(
    tmp_path: Path, workers: int
) -> None:
    output = run(plant(tmp_path / "test_planted.py", UNSTARTABLE), f"--numprocesses={workers}")
    assert "1 skipped" in output
    assert "what could not run here, and why" in output
    assert 'unrecognized configuration parameter "no_such_setting"' in output


def test_a_server_that_cannot_start_in_ci_is_a_failure(tmp_path: Path) -> None:
    assert "1 error" in run(plant(tmp_path / "test_planted.py", UNSTARTABLE), ci="true")


def test_without_chromium_the_tests_in_a_browser_are_skipped_with_the_reason(
    tmp_path: Path,
) -> None:
    output = run(plant(tmp_path / "test_planted.py", IN_A_BROWSER), PATH="/nowhere")
    assert "1 passed, 1 skipped" in output
    assert "chromium is not installed; .ci/run installs it." in output


def test_without_chromium_the_tests_in_a_browser_fail_in_ci(tmp_path: Path) -> None:
    output = run(plant(tmp_path / "test_planted.py", IN_A_BROWSER), ci="true", PATH="/nowhere")
    assert "1 passed, 1 error" in output


def test_cpu_seconds_of_a_folder_count_its_tests_and_the_processes_below_them(
    tmp_path: Path,
) -> None:
    plant(tmp_path / "busy" / "test_planted.py", BUSY)
    output = run(tmp_path, "--numprocesses=1")
    (spent,) = re.findall(r"([0-9.]+) \( *[0-9.]+\) +2 tests  busy$", output, re.MULTILINE)
    assert 2 <= float(spent) < 20
