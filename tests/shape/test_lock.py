"""The lock files are complete, name no registry, and ship nothing whose licence binds users."""

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.local.roles import SERVICES

ROOT = Path(__file__).parents[2]
PRODUCT, TESTS = "requirements.lock", "requirements-dev.lock"
CLIENTS, NODE = "requirements-clients.lock", "tests/clients/package-lock.json"
SERVICE_LOCKS = {service: f"services/{service}/requirements.lock" for service in SERVICES}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEEDED_BY_ALL = PYPROJECT["project"]["dependencies"]
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
GROUPS = PYPROJECT["dependency-groups"]


def entries_by_package(lock: str) -> dict[str, str]:
    """Return the entry of each package in a lock file, by the name of the package."""
    entries = re.split(r"\n(?=[a-z0-9])", "\n" + (ROOT / lock).read_text())
    return {entry.split("==")[0]: entry for entry in entries if "==" in entry.split("\n")[0]}


def versions(lock: str) -> dict[str, str]:
    return {name: entry.split()[0] for name, entry in entries_by_package(lock).items()}


def names(requirements: list[Any]) -> set[str]:
    """Return the names of the packages in a list of pyproject.toml, without included groups."""
    lines = [one for one in requirements if isinstance(one, str)]
    return {str(canonicalize_name(Requirement(line).name)) for line in lines}


def licence(package: str) -> str:
    """Return the licence fields of an installed package as one text."""
    fields = metadata.metadata(package).json
    shown = (fields.get(key, "") for key in ("license_expression", "license", "classifier"))
    return " ".join(str(one)[:2000] for one in shown)


@pytest.mark.parametrize("lock", [PRODUCT, TESTS, CLIENTS, *SERVICE_LOCKS.values()])
def test_every_package_is_pinned_with_hashes_and_no_registry_is_named(lock: str) -> None:
    entries = entries_by_package(lock)
    assert len(entries) > 30
    assert all("--hash=sha256:" in entry for entry in entries.values())
    assert "/" not in re.sub(r"services/\w+", "", (ROOT / lock).read_text())  # addresses, paths


def test_make_lock_was_run_after_the_last_change_of_the_dependencies() -> None:
    product = names(NEEDED_BY_ALL).union(*map(names, EXTRAS.values()), names(GROUPS["demo"]))
    assert product <= set(entries_by_package(PRODUCT))
    assert product | names(GROUPS["dev"]) <= set(entries_by_package(TESTS))
    assert names(GROUPS["clients"]) <= set(entries_by_package(CLIENTS))
    assert set(EXTRAS) == set(SERVICES)


def test_every_node_package_is_pinned_with_its_hash_and_no_registry_is_named() -> None:
    packages = json.loads((ROOT / NODE).read_text())["packages"]
    wanted = json.loads((ROOT / NODE).with_name("package.json").read_text())["devDependencies"]
    assert packages.pop("")["devDependencies"] == wanted
    assert len(packages) > 30
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert all("resolved" not in one for one in packages.values())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_locked_with_its_own_dependencies_and_no_other(service: str) -> None:
    own = names(NEEDED_BY_ALL) | names(EXTRAS[service])
    others = set().union(*map(names, EXTRAS.values())) - own
    assert own <= set(entries_by_package(SERVICE_LOCKS[service]))
    assert others & set(entries_by_package(SERVICE_LOCKS[service])) == set()


@pytest.mark.parametrize("lock", [PRODUCT, *SERVICE_LOCKS.values()])
def test_the_tests_use_the_same_package_versions_as_the_product(lock: str) -> None:
    tested = versions(TESTS)
    assert versions(lock) == {name: tested[name] for name in versions(lock)}


@pytest.mark.parametrize("package", sorted(entries_by_package(PRODUCT)))
def test_no_package_of_the_product_is_under_the_gpl(package: str) -> None:
    """Apache-2.0, MIT, BSD, MPL and LGPL are fine; a GPL would bind what is built on Patron."""
    try:
        found = licence(package)
    except metadata.PackageNotFoundError:
        pytest.skip("not for this platform")
    assert not re.search(r"(?<!L)GPL|(?<!Lesser )General Public", found), found
