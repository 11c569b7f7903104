"""Cutting a release, in a repository of its own."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from deploy import release
from deploy.contracts.released import present_contracts, released_contracts

CHANGELOG = """# Changelog

## Unreleased

## 0.1.0

### Registry

- Customers.

## 0.0.9 - 2026-01-31

- An older one.
"""
NOTES = "### Registry\n\n- Customers."


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository and return what it prints."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(root: Path, changelog: str = CHANGELOG) -> None:
    """Commit this changelog and everything else that has changed."""
    (root / "CHANGELOG.md").write_text(changelog)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message=work")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository whose version 0.1.0 can be released."""
    monkeypatch.setattr(release, "check_documents", lambda _root: None)  # of the whole project
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "config", "user.name", "Ada")
    git(tmp_path, "config", "user.email", "ada@example.com")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "patron"\nversion = "0.1.0"\n')
    commit(tmp_path)
    return tmp_path


def test_a_release_dates_its_section_and_tags_the_commit(root: Path) -> None:
    before = git(root, "rev-parse", "HEAD")
    release.release(root, "0.1.0", release.check(root, "0.1.0"), today=date(2026, 12, 1))
    changelog = (root / "CHANGELOG.md").read_text()
    assert changelog == CHANGELOG.replace("## 0.1.0\n", "## 0.1.0 - 2026-12-01\n")
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "log", "-1", "--format=%s") == "release: 0.1.0"
    assert released_contracts(root) == present_contracts()
    assert git(root, "rev-parse", "v0.1.0^{commit}^") == before
    assert git(root, "cat-file", "-t", "v0.1.0") == "tag"
    assert git(root, "tag", "--list", "--format=%(contents)", "v0.1.0") == (
        f"Patron 0.1.0\n\n{NOTES}"
    )


def test_a_dry_run_prints_the_notes_and_changes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = git(root, "rev-parse", "HEAD")
    assert release.main(["0.1.0", "--dry-run"], root=root) == 0
    assert NOTES in capsys.readouterr().out
    assert (git(root, "rev-parse", "HEAD"), git(root, "tag")) == (before, "")
    assert git(root, "status", "--porcelain") == ""


def test_the_command_releases(root: Path) -> None:
    assert release.main(["0.1.0"], root=root) == 0
    assert git(root, "tag") == "v0.1.0"


def leave_a_change(root: Path) -> None:
    (root / "notes.txt").write_text("not committed")


def work_on_a_branch(root: Path) -> None:
    git(root, "switch", "--quiet", "--create", "work")


def tag(root: Path) -> None:
    git(root, "tag", "v0.1.0")


def declare_another_version(root: Path) -> None:
    (root / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    commit(root)


def changelog(old: str, new: str) -> Callable[[Path], None]:
    """Return a function that commits a changelog in which one text is replaced."""
    return lambda root: commit(root, CHANGELOG.replace(old, new))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (leave_a_change, "Commit or remove what has changed first (notes.txt)."),
        (work_on_a_branch, "Releases are cut on main, not on work."),
        (tag, "The tag v0.1.0 exists already: choose the next version."),
        (declare_another_version, "pyproject.toml declares the version 0.2.0, not 0.1.0."),
        (
            changelog("## 0.1.0\n", ""),
            'CHANGELOG.md has no section "## 0.1.0": move its changes there.',
        ),
        (changelog(NOTES, ""), "The section 0.1.0 of CHANGELOG.md is empty."),
        (
            changelog("## 0.1.0\n", "## 0.1.0 - 2026-11-30\n"),
            "The section 0.1.0 of CHANGELOG.md has a date: it was released.",
        ),
        (
            changelog("## Unreleased\n", ""),
            'CHANGELOG.md has no section "## Unreleased" at its top: add it.',
        ),
    ],
)
def test_what_is_wrong_is_refused_in_one_sentence(
    root: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None], reason: str
) -> None:
    change(root)
    before = git(root, "rev-parse", "HEAD")
    assert release.main(["0.1.0"], root=root) == 1
    assert capsys.readouterr().err == f"{reason}\n"
    assert git(root, "rev-parse", "HEAD") == before


def test_a_version_of_another_form_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["v0.1"], root=root) == 1
    assert capsys.readouterr().err == "v0.1 is no version: write it like 0.1.0.\n"


def test_a_failed_commit_leaves_everything_as_it_was(root: Path) -> None:
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert release.main(["0.1.0"], root=root) == 1
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "tag") == ""


def test_documents_and_events_are_checked_before_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "_CHECKS", {"platform": "do this.", "no.such.module": "do that."})
    with pytest.raises(
        release.CannotRelease, match=r"^python -m no\.such\.module fails: do that\.$"
    ):
        release.check_documents(tmp_path)
