"""Tests of the AsyncAPI document of the events."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.gateway.document import asyncapi
from shared.contracts.catalogue import contracts
from shared.messaging.envelope import headers
from shared.messaging.tombstones import REASON_HEADER, WithdrawalReason


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the AsyncAPI document of all events."""
    return asyncapi.describe(version="1")


def resolved(document: dict[str, Any], reference: str) -> Any:
    """Return the part of the document that a reference (`#/...`) names."""
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_every_contract_is_a_message_on_its_topic(document: dict[str, Any]) -> None:
    names = {contract.name for contract in contracts().values()}
    tombstones = {f"{each.name}.tombstone" for each in contracts().values() if each.compacted}
    assert set(document["components"]["messages"]) == names | tombstones
    for contract in contracts().values():
        channel = document["channels"][contract.topic]
        message = resolved(document, channel["messages"][contract.name]["$ref"])
        assert message["name"] == contract.name
        operation = document["operations"][f"send.{contract.name}"]
        assert resolved(document, operation["channel"]["$ref"])["address"] == contract.topic


def test_every_reference_names_an_existing_part(document: dict[str, Any]) -> None:
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                assert resolved(document, node["$ref"]) is not None
            pending += node.values()
        elif isinstance(node, list):
            pending += node


def test_only_topics_of_states_are_compacted(
    document: dict[str, Any],
) -> None:
    for contract in contracts().values():
        kafka = document["channels"][contract.topic]["bindings"]["kafka"]["topicConfiguration"]
        assert kafka["cleanup.policy"] == ["compact" if contract.compacted else "delete"]


def test_exact_numbers_are_strings_in_events(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["OrderLine"]["properties"]
    assert (described["quantity"]["type"], "title" in described["quantity"]) == ("string", False)
    assert re.fullmatch(described["quantity"]["pattern"], "-12.5")
    assert not re.fullmatch(described["quantity"]["pattern"], "1E+2")


def test_a_state_can_be_withdrawn_by_a_tombstone_with_a_reason(document: dict[str, Any]) -> None:
    for contract in contracts().values():
        if contract.compacted:
            tombstone = document["components"]["messages"][f"{contract.name}.tombstone"]
            assert tombstone["payload"]["type"] == "null"
            reasons = tombstone["headers"]["properties"][REASON_HEADER]["enum"]
            assert reasons == list(WithdrawalReason)


def test_the_headers_of_a_published_record_are_those_of_the_document(
    document: dict[str, Any],
) -> None:
    contract = next(iter(contracts().values()))
    published = headers(
        event_id=UUID(int=1),
        kind=contract.name,
        source="/patron/registry",
        time=datetime(2026, 1, 31, tzinfo=UTC),
        key="a",
        traceparent="00-" + "1" * 32 + "-" + "1" * 16 + "-01",
    )
    described = document["components"]["messages"][contract.name]["headers"]
    assert described["properties"].keys() == published.keys()
    for name, header in described["properties"].items():
        assert header["description"].endswith("."), name
        assert published[name] == header.get("const", published[name])
        assert re.search(header.get("pattern", ""), published[name])
    assert set(described["required"]) == published.keys() - {"traceparent"}
