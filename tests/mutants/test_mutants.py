"""Mutants are tried as `make mutants` tries them."""

import subprocess
import sys


def test_a_module_is_tried_and_its_survivors_have_reasons() -> None:
    module = "services/gateway/api_key/domain.py"
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutants", module], capture_output=True, text=True, check=False
    )
    (row,) = [line for line in done.stdout.splitlines() if line.startswith(f"| {module} |")]
    killed, tried, survived = map(int, row.split("|")[2:5])
    assert done.returncode == 0, done.stdout + done.stderr
    assert killed + survived == tried > killed > 0
