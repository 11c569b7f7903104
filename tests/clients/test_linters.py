"""The OpenAPI document is valid, and two linters have nothing to say about it."""

import json
from pathlib import Path

from tests.clients.environment import HERE, Tools


def test_the_document_is_valid(tools: Tools, document: Path) -> None:
    done = tools.run("openapi-spec-validator", "--subschema-errors=all", document)
    assert done.returncode == 0, done.stdout


def test_redocly_finds_no_error_and_no_warning(tools: Tools, document: Path) -> None:
    options = [f"--config={HERE / 'redocly.yaml'}", "--format=json", "--max-problems=1000"]
    done = tools.run("redocly", "lint", *options, document)
    problems = json.loads(done.stdout)["problems"]
    shown = [(one["ruleId"], one["message"], one["location"][0]["pointer"]) for one in problems]
    assert shown == []
    assert done.returncode == 0, done.stderr


def test_spectral_finds_no_error_and_no_warning(tools: Tools, document: Path) -> None:
    options = [f"--ruleset={HERE / 'spectral.yaml'}", "--format=json", "--fail-severity=hint"]
    done = tools.run("spectral", "lint", "--quiet", *options, document)
    problems = json.loads(done.stdout)
    assert [(one["code"], one["message"], one["path"]) for one in problems] == []
    assert done.returncode == 0, done.stderr
