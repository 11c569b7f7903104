"""Whatever is sent to an operation, it answers as the OpenAPI document says."""

import json
from pathlib import Path

import pytest

from shared.http.document import METHODS
from tests.clients.environment import Tools
from tests.clients.fuzzing import fuzz
from tests.system.product import started

PHASES = {"examples", "coverage", "fuzzing", "stateful"}


@pytest.mark.timeout(600)
def test_every_operation_answers_generated_requests_as_documented(
    tools: Tools, document: Path, tmp_path: Path
) -> None:
    """Each kind of request is sent; any check of schemathesis but one would report a failure.

    The product is one of its own, because the requests fill it with random data.
    """
    paths = json.loads(document.read_text())["paths"]
    operations = sum(method in METHODS for item in paths.values() for method in item)
    with started("run", tmp_path / "product") as product:
        result = fuzz(tools, product, tmp_path, seed=1, examples=5)
    assert result.exit_code == 0, result.printed
    phases = {name: phase["status"] for name, phase in result.report["phases"].items()}
    assert phases == dict.fromkeys(PHASES, "success")
    assert result.report["operations"]["tested"] == operations
