"""Each shape rule is broken once on purpose and must be reported."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.shape.rules import NOUN_MODULES, REPOSITORY, python_files, violations

LONG_FUNCTION = "def long() -> None:\n" + "    pass\n" * 60


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("services/a.py", "pass\n" * 401, "services/a.py:400: 401 lines"),
        ("shared/a.py", LONG_FUNCTION, "shared/a.py:1: long has 61 lines"),
        ("deploy/a.py", "async " + LONG_FUNCTION, "deploy/a.py:1: long has 61 lines"),
        ("tests/utils.py", "", "tests/utils.py:1: 'utils' does not say"),
        ("shared/common/a.py", "", "shared/common/a.py:1: 'common' does not say"),
        (
            "services/survey/fieldwork/survey/a.py",
            "",
            "services/survey/fieldwork/survey/a.py:1: no",
        ),
        ("services/survey/extra.py", "", "services/survey/extra.py:1: beside its areas"),
        ("services/survey/design/a.py", "", "services/survey/design/a.py:1: a module belongs"),
        ("services/survey/a/b/c/domain.py", "", "services/survey/a/b/c/domain.py:1: a module belo"),
        ("services/shop/app.py", "", "pyproject.toml:1: there is no contract 'Areas of ...' of"),
        ("shared/a.py", "A = 1  # see gone" + ".md", "shared/a.py:1: there is no document"),
    ],
)
def test_a_violation_is_reported_with_its_file_and_line(
    tmp_path: Path, path: str, text: str, message: str
) -> None:
    plant(tmp_path, path, text)
    (violation,) = violations(tmp_path)
    assert violation.startswith(message)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/a.py", "pass\n" * 400),
        ("shared/a.py", LONG_FUNCTION.replace("    pass\n", "", 1)),
        ("services/registry/migrations/versions/0001.py", LONG_FUNCTION),
        ("services/registry/customers/__init__.py", ""),
        ("services/registry/customers/customer/events.py", ""),
        ("services/registry/settings.py", ""),
        ("shared/a.py", '"""See docs/figures.md."""'),
    ],
)
def test_code_within_the_rules_has_no_violation(tmp_path: Path, path: str, text: str) -> None:
    plant(tmp_path, path, text)
    assert not list(violations(tmp_path))


def test_the_command_fails_on_a_violation(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.shape", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    plant(tmp_path, "shared/a.py", LONG_FUNCTION)
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


SIX_LINES = "".join(f"    step_{number}()\n" for number in range(6))


def test_code_that_is_repeated_in_two_services_is_reported_once(tmp_path: Path) -> None:
    plant(tmp_path, "services/gateway/a.py", f"def one() -> None:\n{SIX_LINES}    done()\n")
    plant(tmp_path, "services/gateway/b.py", f"def other() -> None:\n{SIX_LINES}")
    plant(tmp_path, "services/survey/app.py", f"def two() -> None:\n\n{SIX_LINES}    done()\n")
    (violation,) = violations(tmp_path)
    assert violation.startswith(
        "services/survey/app.py:3: more than 5 lines that are also at services/"
    )
    assert violation.endswith("services/gateway/a.py:2")


def test_five_equal_lines_and_any_number_of_equal_imports_are_allowed(tmp_path: Path) -> None:
    names = "".join(f"import module_{number}\n" for number in range(6))
    for service in ("gateway", "survey"):
        text = f"{names}def of_{service}() -> None:\n" + SIX_LINES.replace("    step_5()\n", "")
        plant(tmp_path, f"services/{service}/app.py", text)
    assert not list(violations(tmp_path))


def plant(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_every_module_name_that_the_layers_allow_exists() -> None:
    """A module name that no package uses any more has to be removed from pyproject.toml."""
    assert {path.stem for path in python_files(REPOSITORY / ".")} >= NOUN_MODULES
