"""Cut a release: `python -m deploy.release 0.1.0 [--dry-run]`.

The version is declared in `pyproject.toml`, and `CHANGELOG.md` has a section with its changes. The
command dates the section, writes the contracts of the events as those of the release, commits both
and creates the annotated tag `v0.1.0`; it pushes nothing.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from deploy.contracts.released import FOLDER, write_released
from shared import clock

ROOT = Path(__file__).parents[1]
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_HEADING = re.compile(r"^## (?P<version>[^\s]+)(?P<date> - \S+)?$", re.MULTILINE)

_CHECKS = {
    "deploy.docs --check": "run make docs and commit the documents.",
    "deploy.contracts": "undo the changes that it names, or add optional fields instead.",
}
"""Commands that have to succeed before a release, each with what to do if it fails."""


class CannotRelease(RuntimeError):
    """The release cannot be cut; the message is one sentence for the person who tried."""


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Cut the release that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.release", description=__doc__)
    parser.add_argument("version", help="as in pyproject.toml, such as 0.1.0")
    parser.add_argument("--dry-run", action="store_true", help="check only, and change nothing")
    options = parser.parse_args(arguments)
    try:
        notes = check(root, options.version)
        check_documents(root)
        if options.dry_run:
            print(f"v{options.version} can be released, with these notes:\n\n{notes}")
        else:
            release(root, options.version, notes, today=clock.now().date())
            print(f"v{options.version} is committed and tagged: git push --follow-tags")
    except CannotRelease as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def check(root: Path, version: str) -> str:
    """Return the text of the version's section; raise CannotRelease if it cannot be released."""
    if not _VERSION.fullmatch(version):
        raise CannotRelease(f"{version} is no version: write it like 0.1.0.")
    if (branch := _git(root, "rev-parse", "--abbrev-ref", "HEAD")) != "main":
        raise CannotRelease(f"Releases are cut on main, not on {branch}.")
    if changed := _git(root, "status", "--porcelain"):
        files = ", ".join(line.split()[-1] for line in changed.splitlines()[:3])
        raise CannotRelease(f"Commit or remove what has changed first ({files}).")
    if _git(root, "tag", "--list", f"v{version}"):
        raise CannotRelease(f"The tag v{version} exists already: choose the next version.")
    declared = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    if declared != version:
        raise CannotRelease(f"pyproject.toml declares the version {declared}, not {version}.")
    return _notes(_changelog(root).read_text(), version)


def check_documents(root: Path) -> None:
    """Raise CannotRelease if a generated document is old or an event breaks its consumers."""
    for module, advice in _CHECKS.items():
        command = [sys.executable, "-m", *module.split()]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotRelease(f"python -m {module} fails: {advice}")


def release(root: Path, version: str, notes: str, *, today: date) -> None:
    """Date the section of the version, write the released contracts, commit both and tag them."""
    changelog = _changelog(root)
    text = changelog.read_text()
    dated = text.replace(f"## {version}\n", f"## {version} - {today.isoformat()}\n", 1)
    changelog.write_text(dated)
    write_released(root)
    try:
        _git(root, "add", "--", str(FOLDER))
        _git(root, "commit", "--quiet", "--all", f"--message=release: {version}")
    except CannotRelease:
        _git(root, "restore", "--staged", "--worktree", ".")  # nothing else has changed
        _git(root, "clean", "--force", "--quiet", "--", str(FOLDER))
        raise
    message = f"--message=Patron {version}\n\n{notes}"
    _git(root, "tag", "--annotate", "--cleanup=whitespace", message, f"v{version}")


def _notes(changelog: str, version: str) -> str:
    """Return the text of a version's section, which must not be dated or empty."""
    headings = list(_HEADING.finditer(changelog))
    names = [heading["version"] for heading in headings]
    if version not in names:
        raise CannotRelease(f'CHANGELOG.md has no section "## {version}": move its changes there.')
    if names[0] != "Unreleased":
        raise CannotRelease('CHANGELOG.md has no section "## Unreleased" at its top: add it.')
    position = names.index(version)
    if headings[position]["date"]:
        raise CannotRelease(f"The section {version} of CHANGELOG.md has a date: it was released.")
    end = headings[position + 1].start() if headings[position + 1 :] else len(changelog)
    notes = changelog[headings[position].end() : end].strip()
    if not notes:
        raise CannotRelease(f"The section {version} of CHANGELOG.md is empty.")
    return notes


def _changelog(root: Path) -> Path:
    """Return the path of the changelog."""
    return root / "CHANGELOG.md"


def _git(root: Path, *arguments: str) -> str:
    """Run git in the repository and return what it prints, without white space at the end."""
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607  the git of the person who releases
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRelease(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout.rstrip()


if __name__ == "__main__":
    sys.exit(main())
