"""`python -m deploy.docs` writes the generated documents; `--check` tells which are not fresh."""

import argparse
import sys
from pathlib import Path

from deploy.docs.api import openapi_files
from deploy.docs.events import events_page
from deploy.docs.golden import missing
from deploy.docs.settings import settings_page

ROOT = Path(__file__).resolve().parents[2]


def documents() -> dict[Path, str]:
    """Give every generated file with what it has to say."""
    return {
        **openapi_files(ROOT / "services" / "gateway" / "openapi"),
        ROOT / "docs" / "events.md": events_page(),
        ROOT / "docs" / "settings.md": settings_page(),
        **missing(ROOT / "tests" / "contracts"),
    }


def stale(files: dict[Path, str]) -> list[Path]:
    """Tell which files do not say what they have to."""
    return [
        path
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write or check; 1 if a check found something."""
    parser = argparse.ArgumentParser(prog="python -m deploy.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell what is not fresh")
    check = parser.parse_args().check
    files = documents()
    old = stale(files)
    for path in old:
        print(f"{path.relative_to(ROOT)} {'is not fresh: make docs' if check else 'written'}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
