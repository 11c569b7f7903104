"""`--stack` chooses what the suite runs on, and what could not run is told, in CI as a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLANTED = """
def test_on_each(stack): pass
def test_on_none(): pass
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


def run(folder: Path, text: str, *options: str, ci: str = "") -> str:
    file = folder / "test_planted.py"
    file.write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["-v", "-c", str(ROOT / "pyproject.toml"), f"--rootdir={folder}", str(file)]
    given = {**os.environ, "CI": ci, "PATRON_TEST_POSTGRES_URL": ""}
    done = subprocess.run(
        [*command, *options], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )
    return done.stdout


@pytest.mark.parametrize(
    ("option", "expected"),
    [("embedded", {"embedded"}), ("real", {"real"}), ("both", {"embedded", "real"})],
)
def test_a_test_that_takes_the_stack_runs_once_on_each_chosen_one(
    tmp_path: Path, option: str, expected: set[str]
) -> None:
    told = run(tmp_path, PLANTED, f"--stack={option}")
    for stack in ("embedded", "real"):
        assert (f"test_on_each[{stack}] PASSED" in told) == (stack in expected)
    assert "test_on_none PASSED" in told


def test_a_test_of_the_real_stack_alone_is_left_out_of_the_embedded_one(tmp_path: Path) -> None:
    assert "1 passed, 1 deselected" in run(tmp_path, REAL_ONLY, "--stack=embedded")


@pytest.mark.parametrize("workers", [0, 2])
def test_what_cannot_start_is_told_and_skipped(tmp_path: Path, workers: int) -> None:
    told = run(tmp_path, UNSTARTABLE, f"--numprocesses={workers}")
    assert "1 skipped" in told
    assert "what could not run here, and why" in told
    assert 'unrecognized configuration parameter "no_such_setting"' in told


def test_what_cannot_start_in_ci_is_a_failure(tmp_path: Path) -> None:
    assert "1 error" in run(tmp_path, UNSTARTABLE, ci="true")
