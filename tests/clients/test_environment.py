"""Where the programs cannot be installed, the suite says so, and in CI it fails."""

from pathlib import Path

import pytest

from tests.test_stacks import plant, run

UNINSTALLABLE = """
from pathlib import Path
from tests.clients import environment
from tests.clients.conftest import tools
environment.FOLDER = Path(__file__).with_name("clients")
def test_with_a_program(tools): pass
"""


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a test whose programs cannot be installed: no registry is reachable."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return plant(tmp_path / "test_planted.py", UNINSTALLABLE)


def test_programs_that_cannot_be_installed_are_reported_and_their_tests_are_skipped(
    planted: Path,
) -> None:
    output = run(planted, "--stack=embedded")
    assert "1 skipped" in output
    assert "what could not run here, and why" in output
    assert "The programs of tests/clients could not be installed" in output
    assert "No matching distribution found" in output


def test_programs_that_cannot_be_installed_in_ci_are_a_failure(planted: Path) -> None:
    assert "1 error" in run(planted, "--stack=embedded", ci="true")
