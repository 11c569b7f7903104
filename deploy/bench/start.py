"""The start benchmark: how long `make run` takes to be ready and `make demo` to load its data."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from deploy.bench.figures import Figure, Part
from deploy.local.ports import free_port

ROUNDS = 3
START_SECONDS = 8
DEMO_SECONDS = 60
PATIENCE_SECONDS = 600


def measure() -> Part:
    """Start an empty product ROUNDS times, then run the demo once until it exits."""
    starts = [_start_seconds() for _ in range(ROUNDS)]
    loading, whole = _demo_seconds()
    figures = [
        Figure(name="make run to ready", value=median(starts), unit="s", most=START_SECONDS),
        Figure(name="demo company loaded", value=loading, unit="s", most=DEMO_SECONDS),
        Figure(name="make demo from start to exit", value=whole, unit="s"),
    ]
    about = f"embedded stack, empty data folder, after make setup; median of {ROUNDS} starts"
    return Part(name="start", about=about, figures=figures, raw={"starts": starts})


def _start_seconds() -> float:
    """Return the seconds from the start of `make run` until it prints "ready"."""
    with tempfile.TemporaryDirectory() as data:
        began = time.monotonic()
        with _run("deploy.local", "run", data=Path(data)) as process:
            assert process.stdout is not None  # noqa: S101  piped below
            for line in process.stdout:
                if "ready: " in line:
                    break
            seconds = time.monotonic() - began
            process.send_signal(signal.SIGINT)
    return seconds


def _demo_seconds() -> tuple[float, float]:
    """Return the seconds of loading the data, which the demo prints, and of the whole command."""
    with tempfile.TemporaryDirectory() as data:
        began = time.monotonic()
        with _run("deploy.demo", data=Path(data), DEMO_EXIT="1") as process:
            printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
        seconds = time.monotonic() - began
    loaded = re.search(r"loaded: (\d+(?:\.\d+)?) s", printed)
    if process.returncode or loaded is None:
        raise RuntimeError(f"The demo failed:\n{printed}")
    return float(loaded[1]), seconds


def _run(module: str, *arguments: str, data: Path, **settings: str) -> subprocess.Popen[str]:
    """Start a command with the given data folder, a free port and no inherited PATRON_ settings."""
    inherited = {name: value for name, value in os.environ.items() if name[:7] != "PATRON_"}
    settings |= {"PATRON_DATA": str(data), "PATRON_PORT": str(free_port())}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=inherited | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
