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
        (
            "services/survey/design/page/__init__.py",
            "from x import y",
            "services/survey/design/page/__init__.py:1: the __init__.py of a package",
        ),
        (
            "services/survey/migrations/versions/1.py",
            "import services.survey.models",
            "services/survey/migrations/versions/1.py:1: a migration imports no service",
        ),
        (
            "services/survey/migrations/versions/1.py",
            "def upgrade() -> None:\n    from services.survey import models",
            "services/survey/migrations/versions/1.py:2: a migration imports no service",
        ),
        (
            "services/survey/migrations/versions/1.py",
            "import deploy.local",
            "services/survey/migrations/versions/1.py:1: a migration imports no service",
        ),
        (
            "services/survey/migrations/versions/1.py",
            "from ... import models",
            "services/survey/migrations/versions/1.py:1: a migration imports no service",
        ),
        *(
            (
                "services/survey/design/page/service.py",
                declaration,
                "services/survey/design/page/service.py:1: the catalogue has only the ",
            )
            for declaration in ("A = FaultCode('a', b, c)", "class A(Conflict):\n    advice = b\n")
        ),
        (
            "services/survey/design/page/service.py",
            "session.commit()",
            "services/survey/design/page/service.py:1: a service does not commit",
        ),
        (
            "services/registry/customers/migrations/service.py",
            LONG_FUNCTION,
            "services/registry/customers/migrations/service.py:1: long has 61 lines",
        ),
        ("shared/migrations/a.py", "told = 1", "shared/migrations/a.py:1: 'told': not 'told'"),
        ("services/survey/migrations/a.py", "", "services/survey/migrations/a.py:1: a module bel"),
        ("services/survey/design/page/a.sql", "", "services/survey/design/page/a.sql:1: SQL and"),
        ("services/gateway/a.pyi", "", "services/gateway/a.pyi:1: SQL and types"),
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
        ("services/registry/migrations/versions/0001.py", "told = connection.commit()"),
        ("services/registry/migrations/env.py", "import services.registry.models"),
        ("services/registry/customers/__init__.py", ""),
        ("services/registry/customers/__init__.py", '"""Customers."""'),
        ("shared/a.py", "session.commit()"),
        ("services/survey/design/page/problems.py", "A = FaultCode('a', b, c)"),
        ("services/registry/customers/customer/events.py", ""),
        ("services/registry/settings.py", ""),
        ("shared/a.py", '"""See docs/figures.md."""'),
    ],
)
def test_code_within_the_rules_has_no_violation(tmp_path: Path, path: str, text: str) -> None:
    plant(tmp_path, path, text)
    assert not list(violations(tmp_path))


def test_two_nouns_of_a_service_with_the_same_name_are_refused(tmp_path: Path) -> None:
    for area in ("registry/sales", "registry/customers", "survey/design"):
        plant(tmp_path, f"services/{area}/tag/__init__.py", "")
    (violation,) = violations(tmp_path)
    assert violation == (
        "services/registry/sales/tag/__init__.py:1: services/registry/customers has a noun 'tag' "
        "already"
    )


def test_the_command_fails_on_a_violation(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.shape", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    plant(tmp_path, "shared/a.py", LONG_FUNCTION)
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


SIX_LINES = "".join(f"    step_{number}()\n" for number in range(6))


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("services/gateway/a.py", "services/survey/app.py"),
        ("services/survey/design/form/domain.py", "services/survey/design/page/domain.py"),
        ("services/gateway/a.py", "services/gateway/b.py"),
        ("deploy/a.py", "shared/a.py"),
        ("services/gateway/migrations/env.py", "services/survey/migrations/env.py"),
    ],
)
def test_code_that_is_repeated_in_two_modules_is_reported_once(
    tmp_path: Path, path: str, other: str
) -> None:
    plant(tmp_path, path, f"def one() -> None:\n{SIX_LINES}    done()\n")
    plant(tmp_path, other, f"def two() -> None:\n\n{SIX_LINES}    done()\n")
    (violation,) = violations(tmp_path)
    assert "more than 5 lines that are also at " in violation
    assert {f"{path}:2", f"{other}:3"} == {violation.split(": ")[0], violation.split()[-1]}


@pytest.mark.parametrize("line", ["", "# a comment", '"""A text."""'])
def test_comments_and_blank_lines_do_not_hide_a_repetition(tmp_path: Path, line: str) -> None:
    spaced = SIX_LINES.replace("()\n", f"()  # done\n    {line}\n")
    plant(tmp_path, "services/gateway/a.py", f"def one() -> None:\n{SIX_LINES}")
    plant(tmp_path, "services/survey/app.py", f"def two() -> None:\n{spaced}")
    (violation,) = violations(tmp_path)
    assert violation.startswith("services/survey/app.py:2: more than 5 lines")


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
