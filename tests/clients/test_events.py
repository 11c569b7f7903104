"""The AsyncAPI document is valid, and the golden file of each event matches its schema."""

import json
from pathlib import Path

from deploy.docs.golden import golden_file
from services.gateway.document import asyncapi
from shared.contracts.catalogue import contract_of, contracts
from shared.messaging.schemas import example_of, schema_of
from tests.clients.environment import HERE, Tools

GOLDEN = HERE.parent / "contracts"
VALIDATE = """
import json, sys
from jsonschema import Draft202012Validator
for schema, event in json.load(open(sys.argv[1])):
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(event)
"""


def test_golden_files_and_examples_of_events_match_their_schemas(
    tools: Tools, tmp_path: Path
) -> None:
    pairs = []
    for event_class in contracts():
        golden = golden_file(GOLDEN, contract_of(event_class)).read_text(encoding="utf-8")
        schema = schema_of(event_class)
        pairs += [(schema, json.loads(golden)), (schema, example_of(event_class))]
    file = tmp_path / "pairs.json"
    file.write_text(json.dumps(pairs), encoding="utf-8")
    done = tools.run("python", "-c", VALIDATE, file)
    assert done.returncode == 0, done.stderr


def test_spectral_finds_no_error_and_no_warning_in_the_document_of_events(
    tools: Tools, tmp_path: Path
) -> None:
    """Spectral has the official schema of AsyncAPI 3."""
    file = tmp_path / "asyncapi.json"
    file.write_text(json.dumps(asyncapi.describe(version="1")), encoding="utf-8")
    options = [
        f"--ruleset={HERE / 'spectral-events.yaml'}",
        "--format=json",
        "--fail-severity=hint",
    ]
    done = tools.run("spectral", "lint", "--quiet", *options, file)
    problems = json.loads(done.stdout)
    assert [(one["code"], one["message"], one["path"]) for one in problems] == []
    assert done.returncode == 0, done.stderr
