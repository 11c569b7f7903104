"""Tests of reading the CPU time and memory of processes from /proc."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.bench import processes
from tests.waiting import eventually

BUSY_LOOP = "while True: pass"


def test_a_process_is_found_by_its_log_file_and_its_cpu_time_grows(tmp_path: Path) -> None:
    with (
        (tmp_path / "some-api.log").open("wb") as log,
        subprocess.Popen([sys.executable, "-c", BUSY_LOOP], stdout=log) as child,
    ):
        try:
            assert processes.process_ids(os.getpid()) == {"some-api": child.pid}
            assert eventually(lambda: processes.cpu_seconds(os.getpid())["some-api"] > 0.05)
            assert processes.peak_mebibytes(os.getpid())["some-api"] > 1
        finally:
            child.kill()
