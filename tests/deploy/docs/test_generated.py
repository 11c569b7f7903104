"""The generated documents are what the code says."""

import subprocess
import sys
from pathlib import Path

from deploy.docs.__main__ import ROOT, documents, stale


def test_the_committed_documents_are_fresh() -> None:
    assert stale(documents()) == []


def test_a_document_that_says_something_else_is_told(tmp_path: Path) -> None:
    changed, missing, fresh = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    changed.write_text("old", encoding="utf-8")
    fresh.write_text("same", encoding="utf-8")
    assert stale({changed: "new", missing: "x", fresh: "same"}) == [changed, missing]


def test_the_check_leaves_with_success_when_all_are_fresh() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "deploy.docs", "--check"], cwd=ROOT, check=False
    )
    assert checked.returncode == 0
