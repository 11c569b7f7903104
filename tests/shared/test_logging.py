"""Tests of log lines as a process writes them."""

import json
import subprocess
import sys

import pytest

from shared.logging import _to_bytes

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


NOISY = """
import logging as standard
import sys
from types import SimpleNamespace

from shared import logging

now = iter([0, 1, 59.9, 60, 61])
logging.time = SimpleNamespace(monotonic=lambda: next(now))
logging.configure(service="notes", role="worker", level="INFO")
for number in range(5):
    standard.getLogger("kafka.net.manager").error("Node %s failed", number)
    standard.getLogger("library").warning("Try %s", number)
"""


def test_of_the_lines_of_kafkas_client_one_a_minute_is_logged_with_the_number_left_out() -> None:
    """Without brokers the client logs several lines a second; other libraries are not limited."""
    done = subprocess.run([sys.executable, "-c", NOISY], capture_output=True, text=True, check=True)
    lines = [json.loads(line)["message"] for line in done.stdout.splitlines()]
    assert [line for line in lines if "Node" in line] == [
        "Node 0 failed",
        "Node 3 failed (2 left out)",
    ]
    assert [line for line in lines if "Try" in line] == [f"Try {number}" for number in range(5)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("authorization: bearer s3cret", "authorization: bearer (withheld)"),
        ("BEARER  s3cret, sent", "BEARER  (withheld) sent"),
        (f"key patron_{'aB3_-' * 8}.", "key (withheld)."),
        (f"'patron_{'s' * 20}'", "'(withheld)'"),
        ("postgresql://u:s3cret@h:5432/d", "postgresql://(withheld)@h:5432/d"),
        ("postgresql+psycopg://u:s3/c@r?e:t@h/d", "postgresql+psycopg://(withheld)@h/d"),
        ("no route to http://:s3cret@h/ at all", "no route to http://(withheld)@h/ at all"),
    ],
)
def test_no_line_has_a_token_a_key_or_the_password_of_an_address(text: str, shown: str) -> None:
    assert json.loads(_to_bytes(None, "", {"message": text})) == {"message": shown}


@pytest.mark.parametrize(
    "text",
    [
        "http://registry:8000/v1/customers",
        "http://registry:8000/v1 was not reached by a@example.com",
        "patron_jobs_total",
        "the bearer",
    ],
)
def test_a_line_without_a_credential_is_written_unchanged(text: str) -> None:
    assert json.loads(_to_bytes(None, "", {"message": text})) == {"message": text}
