"""Tests of the script `.ci/run`, with a fake make.

The script ends steps that take too long. The last line of the script's output says how many tests
passed.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = ROOT / ".ci" / "run"
FAKE_MAKE = """#!/bin/sh
echo "$*" >> "$CALLS"
[ "$1" = test ] && echo "======= 3912 passed, 2 skipped in 812.40s (0:13:32) ======="
[ "$1" = "$FAILING" ] && exit 2
[ "$1" = "$HANGING" ] && exec sleep 600
exit 0
"""
FAKE_TIMEOUT = """#!/bin/sh
option=$1 minutes=${2%m}; shift 2
exec /usr/bin/timeout "$option" "$minutes" "$@"
"""
"""A `timeout` command that waits seconds instead of minutes, so that the tests are short."""
LAST_LINE = "the suite: 3912 passed, 2 skipped in 812.40s (0:13:32)"


def run_with_fake_make(
    folder: Path, **variables: str
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run `.ci/run` with a fake make; return the ended process and the targets that make got.

    FAILING=target makes a target fail, HANGING=target makes it run for ten minutes.
    """
    programs = {"make": FAKE_MAKE, "timeout": FAKE_TIMEOUT}
    # Programs that the script would install if they were missing.
    installed = dict.fromkeys(("curl", "kcat", "nginx", "promtool"), "#!/bin/sh\n")
    for name, text in (programs | installed).items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    calls = folder / "calls"
    environment = {**os.environ, "FAILING": "", "HANGING": "", "CALLS": str(calls)}
    environment["PATH"] = f"{folder}:{os.environ['PATH']}"
    done = subprocess.run(
        [RUN], env=environment | variables, capture_output=True, text=True, check=False
    )
    return done, [line.split()[0] for line in calls.read_text().splitlines()]


def test_all_steps_run_and_the_last_line_repeats_how_many_tests_passed(tmp_path: Path) -> None:
    done, targets = run_with_fake_make(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert targets == ["check", "test", "faults", "mutants", "bench"]
    assert done.stdout.splitlines()[-1] == LAST_LINE


@pytest.mark.parametrize("target", ["test", "bench"])
def test_a_step_that_fails_ends_the_run_and_the_last_line_is_still_the_number_of_tests(
    tmp_path: Path, target: str
) -> None:
    done, targets = run_with_fake_make(tmp_path, FAILING=target)
    assert (done.returncode, targets[-1]) == (2, target)
    assert f"make {target}" in done.stderr
    assert "failed with exit code 2" in done.stderr
    assert done.stdout.splitlines()[-1] == LAST_LINE


def test_a_step_that_takes_longer_than_its_minutes_is_stopped(tmp_path: Path) -> None:
    (minutes,) = re.findall(r"^step (\d+) make mutants", RUN.read_text(), re.MULTILINE)
    done, targets = run_with_fake_make(tmp_path, HANGING="mutants")
    assert (done.returncode, targets[-1]) == (124, "mutants")
    assert f"was cut off: it took longer than the {minutes} minutes" in done.stderr
    assert done.stdout.splitlines()[-1] == LAST_LINE


def test_all_steps_together_may_take_at_most_an_hour() -> None:
    minutes = [int(number) for number in re.findall(r"^step (\d+) ", RUN.read_text(), re.MULTILINE)]
    assert sum(minutes) <= 60
