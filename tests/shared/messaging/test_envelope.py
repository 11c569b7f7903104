"""Tests of the headers of a record, which are the attributes of a CloudEvent."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.messaging.envelope import headers

CLOUD_EVENT = {
    "ce_specversion": "1.0",
    "ce_id": "00000000-0000-0000-0000-000000000001",
    "ce_type": "patron.note.written.v1",
    "ce_source": "/patron/notes",
    "ce_time": "2026-01-31T01:30:00+00:00",
    "ce_subject": "a",
    "content-type": "application/json",
    "ce_dataschema": "patron:/schemas/patron.note.written.v1.json",
}


@pytest.mark.parametrize(("traceparent", "has_header"), [("00-a-b-01", True), (None, False)])
def test_the_headers_of_a_record_are_the_attributes_of_a_cloudevent_and_the_trace(
    traceparent: str | None, *, has_header: bool
) -> None:
    record_headers = headers(
        event_id=UUID(int=1),
        kind="patron.note.written.v1",
        source="/patron/notes",
        time=datetime(2026, 1, 31, 1, 30, tzinfo=UTC),
        key="a",
        traceparent=traceparent,
    )
    assert record_headers == CLOUD_EVENT | ({"traceparent": traceparent} if has_header else {})
