"""Tests of the AsyncAPI document of the events."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from services.gateway.document import asyncapi
from shared.contracts.catalogue import contracts
from shared.contracts.registry.order import OrderLine


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
    assert set(document["components"]["messages"]) == {
        contract.name for contract in contracts().values()
    }
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
    line = TypeAdapter(OrderLine).json_schema(mode="serialization")
    described = document["components"]["schemas"]["OrderLine"]["properties"]
    assert described["quantity"] == line["properties"]["quantity"]
    assert described["quantity"]["type"] == "string"
