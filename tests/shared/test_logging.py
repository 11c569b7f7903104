"""Tests of log lines as a process writes them."""

import json
import subprocess
import sys

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
LOGS_CREDENTIALS = f"""
import logging as standard
from shared import logging

logging.configure(service="notes", role="api", level="INFO")
log = logging.logger("notes")
log.warning("client.failed", headers={{"Authorization": "Bearer {TOKEN}"}}, token="{TOKEN}")
log.warning("client.failed", reason="Bearer patron_secret, sent to notes")
try:
    raise ValueError("<CIMultiDict('Authorization': 'Bearer patron_secret')>")
except ValueError:
    log.exception("request.failed")
    standard.getLogger("library").exception("Failed with %s", "{TOKEN}")
"""


def test_no_line_has_a_credential_that_an_exception_or_a_library_repeats() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGS_CREDENTIALS], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["headers"] == {"Authorization": "Bearer (withheld)"}
    assert lines[0]["token"] == "(withheld)"
    assert lines[1]["reason"] == "Bearer (withheld) sent to notes"
    assert "'Bearer (withheld)'" in lines[2]["exception"]
    assert lines[3]["message"] == "Failed with (withheld)"
    assert "patron_secret" not in done.stdout
    assert TOKEN not in done.stdout
