"""Tests that an image contains only shared/, one service and the packages that it needs."""

import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from deploy.local.roles import SERVICES
from shared.version import version

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
START_SERVICE = """
import importlib, pkgutil, runpy, sys
service, *missing = sys.argv[1:]
sys.modules.update(dict.fromkeys(missing))  # importing one of them raises ModuleNotFoundError
package = importlib.import_module(f"services.{service}")
for module in pkgutil.walk_packages(package.__path__, f"services.{service}."):
    if ".migrations" not in module.name:
        importlib.import_module(module.name)
description = importlib.import_module(f"services.{service}.__main__").SERVICE
description.create_app(description.settings())
sys.argv = [service, "--help"]
runpy.run_module(f"services.{service}", run_name="__main__", alter_sys=True)
"""
"""A program that imports all modules of a service, builds its app and prints its commands.

The program's arguments are the name of the service and the modules that an image does not contain.
"""


def test_only_the_shared_package_and_one_service_are_copied() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    assert copied == [
        "services/${SERVICE}/requirements.lock /build/",
        "pyproject.toml .",
        "shared/ shared/",
        "services/__init__.py services/",
        "services/${SERVICE}/ services/${SERVICE}/",
    ]


def test_an_image_runs_as_an_ordinary_user_and_checks_health_on_the_operations_port() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    (port,) = set(re.findall(r"OPERATIONS_PORT=(\d+)", DOCKERFILE))
    assert f"http://127.0.0.1:{port}/readyz" in DOCKERFILE


def test_an_image_is_labelled_with_its_version_and_its_revision() -> None:
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', DOCKERFILE))
    assert (labels["version"], labels["revision"]) == ("${VERSION}", "${REVISION}")


@pytest.mark.parametrize(("declared", "built"), [("dev", True), (None, True), ("9.9.9", False)])
def test_an_image_is_not_built_with_another_version_than_that_of_its_code(
    declared: str | None, *, built: bool
) -> None:
    (check,) = re.findall(r'^RUN (test "\$VERSION".*)$', DOCKERFILE, re.MULTILINE)
    environment = {"VERSION": declared or version(), "PATH": os.defpath}
    done = subprocess.run(["/bin/sh", "-c", check], cwd=ROOT, env=environment, check=False)
    assert (done.returncode == 0) == built


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_with_its_own_package_and_its_locked_packages_alone(
    service: str, tmp_path: Path
) -> None:
    """A container has no other packages, so importing another one would fail there."""
    shutil.copytree(ROOT / "shared", tmp_path / "shared")
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service)
    shutil.copy(ROOT / "services/__init__.py", tmp_path / "services")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = [sys.executable, "-c", START_SERVICE, service, *missing_in_the_image(service)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "{serve,work,migrate,topics" in done.stdout


def test_a_package_that_only_another_service_needs_is_missing_in_the_image() -> None:
    assert {"aiohttp", "jinja2", "openpyxl", "pytest"} <= missing_in_the_image("scoring")
    assert not {"aiohttp", "fastapi"} & missing_in_the_image("gateway")


def missing_in_the_image(service: str) -> set[str]:
    """Return the modules that are installed here but not in the image of a service.

    The result has the top-level modules of packages that the service's requirements.lock does not
    name.
    """
    lock = (ROOT / "services" / service / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    return {
        module
        for module, packages in metadata.packages_distributions().items()
        if not locked & {canonicalize_name(package) for package in packages}
    }
