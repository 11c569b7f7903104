"""Write the documents that are generated from the code: `python -m deploy.docs [--check]`."""

import argparse
import sys
from pathlib import Path

from deploy.docs.api import openapi_files
from deploy.docs.events import events_page
from deploy.docs.golden import missing_golden_files
from deploy.docs.problems import problems_page
from deploy.docs.settings import settings_page, variables_file
from shared.environment import ALL_VARIABLES

ROOT = Path(__file__).resolve().parents[2]
OPENAPI = ROOT / "services" / "gateway" / "openapi"


def documents() -> dict[Path, str]:
    """Return the text of every generated file, by path."""
    return {
        **openapi_files(OPENAPI),
        ROOT / "docs" / "events.md": events_page(),
        ROOT / "docs" / "problems.md": problems_page(),
        ROOT / "docs" / "settings.md": settings_page(),
        ALL_VARIABLES: variables_file(),
        **missing_golden_files(ROOT / "tests" / "contracts"),
    }


def stale_files(files: dict[Path, str]) -> list[Path]:
    """Return the paths of files that are missing or whose text differs from the generated text."""
    return [
        path
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def obsolete_files(folder: Path, files: dict[Path, str]) -> list[Path]:
    """Return the JSON files in a folder that are not generated any more."""
    return sorted(path for path in folder.rglob("*.json") if path not in files)


def main() -> int:
    """Update the generated files, or with --check only report them; return the exit status.

    The status is 1 if a check has found a file that is not up to date.
    """
    parser = argparse.ArgumentParser(prog="python -m deploy.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only report what is not up to date")
    check = parser.parse_args().check
    files = documents()
    stale, obsolete = stale_files(files), obsolete_files(OPENAPI, files)
    for path in [*stale, *obsolete]:
        print(f"{path.relative_to(ROOT)} {'is not up to date: make docs' if check else 'updated'}")
    if not check:
        _update(files, stale, obsolete)
    return 1 if check and (stale or obsolete) else 0


def _update(files: dict[Path, str], stale: list[Path], obsolete: list[Path]) -> None:
    """Write the stale files and delete the obsolete ones."""
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
    for path in obsolete:
        path.unlink()


if __name__ == "__main__":
    sys.exit(main())
