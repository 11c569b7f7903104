"""Write the documents that are generated from the code: `python -m deploy.docs [--check]`."""

import argparse
import sys
from pathlib import Path

from deploy.docs.api import openapi_files
from deploy.docs.events import events_page
from deploy.docs.golden import missing
from deploy.docs.settings import settings_page

ROOT = Path(__file__).resolve().parents[2]
OPENAPI = ROOT / "services" / "gateway" / "openapi"


def documents() -> dict[Path, str]:
    """Return the text of every generated file, by path."""
    return {
        **openapi_files(OPENAPI),
        ROOT / "docs" / "events.md": events_page(),
        ROOT / "docs" / "settings.md": settings_page(),
        **missing(ROOT / "tests" / "contracts"),
    }


def stale(files: dict[Path, str]) -> list[Path]:
    """Return the files that are missing or have another text than they should."""
    return [
        path
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def obsolete(folder: Path, files: dict[Path, str]) -> list[Path]:
    """Return the files in a folder that are not generated any more, as those of a removed area."""
    return sorted(path for path in folder.rglob("*.json") if path not in files)


def main() -> int:
    """Write and delete files, or only check; the exit status is 1 if a check found something."""
    parser = argparse.ArgumentParser(prog="python -m deploy.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only report what is not up to date")
    check = parser.parse_args().check
    files = documents()
    old, unused = stale(files), obsolete(OPENAPI, files)
    for path in [*old, *unused]:
        print(f"{path.relative_to(ROOT)} {'is not up to date: make docs' if check else 'updated'}")
    if not check:
        _update(files, old, unused)
    return 1 if check and (old or unused) else 0


def _update(files: dict[Path, str], old: list[Path], unused: list[Path]) -> None:
    for path in old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
    for path in unused:
        path.unlink()


if __name__ == "__main__":
    sys.exit(main())
