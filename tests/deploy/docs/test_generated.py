"""Tests that the committed documents equal those that the code generates."""

import json
import subprocess
import sys
from pathlib import Path

from deploy.docs.__main__ import OPENAPI, ROOT, documents, obsolete_files, stale_files
from deploy.docs.api import SERVICES, area_documents
from shared.http.document import COMPONENTS, references
from shared.http.openapi import SHARED_COMPONENTS


def test_the_committed_documents_are_fresh() -> None:
    files = documents()
    assert stale_files(files) == []
    assert obsolete_files(OPENAPI, files) == []


def test_missing_and_changed_documents_are_stale(tmp_path: Path) -> None:
    changed, missing, fresh = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    changed.write_text("old", encoding="utf-8")
    fresh.write_text("same", encoding="utf-8")
    assert stale_files({changed: "new", missing: "x", fresh: "same"}) == [changed, missing]


def test_a_document_that_is_not_generated_any_more_is_obsolete(tmp_path: Path) -> None:
    removed, generated = tmp_path / "survey" / "old.json", tmp_path / "survey" / "design.json"
    for file in (removed, generated):
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}", encoding="utf-8")
    assert obsolete_files(tmp_path, {generated: "{}"}) == [removed]


def test_the_check_command_exits_with_0_when_all_documents_are_fresh() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "deploy.docs", "--check"], cwd=ROOT, check=False
    )
    assert checked.returncode == 0


def test_the_documents_of_all_areas_together_contain_each_operation_once() -> None:
    for name, service in SERVICES.items():
        app = service.create_app(service.settings())
        areas = area_documents(app)
        assert set(areas) <= {folder.name for folder in (ROOT / "services" / name).iterdir()}
        operations = [
            (path, method)
            for area in areas.values()
            for path, item in area["paths"].items()
            for method in item
        ]
        whole = app.openapi()["paths"]
        assert sorted(operations) == sorted(
            (path, method) for path in whole for method in whole[path]
        )


def test_each_area_defines_exactly_the_components_that_it_uses_except_shared_ones() -> None:
    shared = {
        f"{COMPONENTS}{kind}/{name}" for kind, names in SHARED_COMPONENTS.items() for name in names
    }
    for file in OPENAPI.rglob("*.json"):
        area = json.loads(file.read_text(encoding="utf-8"))
        defined = {
            f"{COMPONENTS}{kind}/{name}"
            for kind, names in area["components"].items()
            for name in names
        }
        assert defined == set(references(area)) - shared, file
