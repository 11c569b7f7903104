"""The OpenAPI document describes the types of figures and the rules of a value model."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.scoring.app import create_app
from services.scoring.settings import Settings
from tests.services.harness import Running


@pytest.fixture
def document(scoring: Running) -> dict[str, Any]:
    """Return the OpenAPI document of the service."""
    settings: Any = scoring.settings
    assert isinstance(settings, Settings)
    return create_app(settings).openapi()


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every JSON object in a part of the document; the schemas are among them."""
    if isinstance(node, dict):
        yield node
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from _schemas(child)


def test_exact_figures_are_of_type_string_only(document: dict[str, Any]) -> None:
    kinds = [
        {part.get("type") for part in schema["anyOf"]}
        for schema in _schemas(document["components"]["schemas"])
        if "anyOf" in schema
    ]
    assert kinds
    assert [each for each in kinds if {"number", "string"} <= each] == []
    score = document["components"]["schemas"]["Score"]["properties"]
    assert score["value_points"]["type"] == score["revenue"]["type"] == "string"


def test_every_field_of_a_models_rules_has_a_description(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("SilenceRule", "RungRule", "ClassRule"):
        for field, schema in schemas[name]["properties"].items():
            assert schema.get("description"), (name, field)
