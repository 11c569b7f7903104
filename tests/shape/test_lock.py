"""The lock files are whole, name no registry, and bring nothing at run time that binds users."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(name: str) -> dict[str, str]:
    """Give each locked package's name and its whole entry."""
    entries = re.split(r"\n(?=[a-z0-9])", "\n" + (ROOT / name).read_text())
    return {entry.split("==")[0]: entry for entry in entries if "==" in entry.split("\n")[0]}


def names(requirements: list[str]) -> set[str]:
    return {str(canonicalize_name(Requirement(one).name)) for one in requirements}


def licence(package: str) -> str:
    told = metadata.metadata(package).json
    shown = (told.get(key, "") for key in ("license_expression", "license", "classifier"))
    return " ".join(str(one)[:2000] for one in shown)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes_and_no_registry_is_named(lock: str) -> None:
    entries = locked(lock)
    assert len(entries) > 30
    assert all("--hash=sha256:" in entry for entry in entries.values())
    assert "://" not in (ROOT / lock).read_text()


def test_what_the_project_asks_for_is_locked() -> None:
    """Make lock was run after the last change of the dependencies."""
    asked = names(PROJECT["project"]["dependencies"])
    assert asked <= set(locked("requirements.lock"))
    assert asked | names(PROJECT["dependency-groups"]["dev"]) <= set(locked(LOCKS[1]))


def test_both_locks_have_the_same_versions() -> None:
    tests, ships = locked(LOCKS[1]), locked(LOCKS[0])
    assert {name: tests[name].split()[0] for name in ships} == {
        name: entry.split()[0] for name, entry in ships.items()
    }


@pytest.mark.parametrize("package", sorted(locked("requirements.lock")))
def test_nothing_that_ships_is_under_the_gpl(package: str) -> None:
    """Apache-2.0, MIT, BSD, MPL and LGPL are fine; a GPL would reach what is built on us."""
    try:
        told = licence(package)
    except metadata.PackageNotFoundError:
        pytest.skip("not for this platform")
    assert not re.search(r"(?<!L)GPL|(?<!Lesser )General Public", told), told
