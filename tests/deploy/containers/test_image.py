"""An image holds shared/ and one service, and that service starts with nothing else beside it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.roles import SERVICES

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()


def test_only_the_kit_and_its_own_service_are_copied() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    assert copied == [
        "requirements.lock /build/",
        "shared/ shared/",
        "services/__init__.py services/",
        "services/${SERVICE}/ services/${SERVICE}/",
    ]


def test_it_runs_as_nobody_special_and_is_asked_on_the_operations_port() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    (port,) = set(re.findall(r"OPERATIONS_PORT=(\d+)", DOCKERFILE))
    assert f"http://127.0.0.1:{port}/readyz" in DOCKERFILE


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_where_only_its_own_package_is(service: str, tmp_path: Path) -> None:
    """The second lock: no other service is there to be imported."""
    shutil.copytree(ROOT / "shared", tmp_path / "shared")
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service)
    shutil.copy(ROOT / "services/__init__.py", tmp_path / "services")
    command = [sys.executable, "-m", f"services.{service}", "--help"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "{serve,work,migrate,topics" in told.stdout
