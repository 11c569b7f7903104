"""The planted bugs fit the sources, and a copy of the sources is complete."""

from pathlib import Path

import pytest

from tests.faults.planted import BUGS, Bug, Change, ChangeNotFound, copy_sources
from tests.system.product import ROOT


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_text_that_a_bug_replaces_occurs_exactly_once(bug: Bug, tmp_path: Path) -> None:
    for change in bug.changes:
        path = tmp_path / change.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((ROOT / change.file).read_text())
        change.apply(tmp_path)
        compile(path.read_text(), change.file, "exec")


def test_a_text_that_does_not_occur_exactly_once_raises_an_error_that_names_the_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")
    for old in ("x = 1", "y = 1"):
        with pytest.raises(ChangeNotFound, match=r"a\.py contains it [02] times"):
            Change("a.py", old, "").apply(tmp_path)


def test_a_copy_has_the_sources_and_no_generated_files(tmp_path: Path) -> None:
    root = copy_sources(tmp_path)
    assert (root / "tests" / "faults" / "__main__.py").exists()
    assert (root / "pyproject.toml").exists()
    assert not list(root.rglob("__pycache__"))
