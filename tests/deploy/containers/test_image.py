"""Tests of the images: each contains `shared` and one service, which starts without the others."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.roles import SERVICES

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()


def test_only_the_shared_package_and_one_service_are_copied() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    assert copied == [
        "requirements.lock /build/",
        "shared/ shared/",
        "services/__init__.py services/",
        "services/${SERVICE}/ services/${SERVICE}/",
    ]


def test_an_image_runs_without_root_and_is_checked_on_the_operations_port() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    (port,) = set(re.findall(r"OPERATIONS_PORT=(\d+)", DOCKERFILE))
    assert f"http://127.0.0.1:{port}/readyz" in DOCKERFILE


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_without_the_packages_of_the_others(service: str, tmp_path: Path) -> None:
    """Importing another service would fail in a container, whatever the import rules say."""
    shutil.copytree(ROOT / "shared", tmp_path / "shared")
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service)
    shutil.copy(ROOT / "services/__init__.py", tmp_path / "services")
    command = [sys.executable, "-m", f"services.{service}", "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "{serve,work,migrate,topics" in done.stdout
