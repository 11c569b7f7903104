"""The committed documents are those that the code generates."""

import json
import subprocess
import sys
from pathlib import Path

from deploy.docs.__main__ import OPENAPI, ROOT, documents, obsolete, stale
from deploy.docs.api import SERVICES, area_documents
from shared.http.openapi import COMPONENTS, SHARED_COMPONENTS, references


def test_the_committed_documents_are_fresh() -> None:
    files = documents()
    assert stale(files) == []
    assert obsolete(OPENAPI, files) == []


def test_missing_and_changed_documents_are_stale(tmp_path: Path) -> None:
    changed, missing, fresh = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    changed.write_text("old", encoding="utf-8")
    fresh.write_text("same", encoding="utf-8")
    assert stale({changed: "new", missing: "x", fresh: "same"}) == [changed, missing]


def test_a_document_that_is_not_generated_any_more_is_obsolete(tmp_path: Path) -> None:
    removed, generated = tmp_path / "survey" / "old.json", tmp_path / "survey" / "design.json"
    for file in (removed, generated):
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}", encoding="utf-8")
    assert obsolete(tmp_path, {generated: "{}"}) == [removed]


def test_the_check_exits_with_0_when_all_documents_are_fresh() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "deploy.docs", "--check"], cwd=ROOT, check=False
    )
    assert checked.returncode == 0


def test_each_area_documents_the_paths_of_its_own_nouns() -> None:
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
        assert sorted(operations) == sorted((path, m) for path in whole for m in whole[path])


def test_each_area_defines_exactly_the_components_it_refers_to_but_the_shared_ones() -> None:
    shared = {
        f"{COMPONENTS}{kind}/{name}" for kind, own in SHARED_COMPONENTS.items() for name in own
    }
    for file in OPENAPI.rglob("*.json"):
        area = json.loads(file.read_text(encoding="utf-8"))
        defined = {
            f"{COMPONENTS}{kind}/{name}" for kind, own in area["components"].items() for name in own
        }
        assert defined == set(references(area)) - shared, file
