"""Tests of the names of schemas in OpenAPI documents."""

from typing import Any

import pytest

from shared.http.schema_names import name_schemas


def document(**schemas: Any) -> dict[str, Any]:
    """Return a document without paths and with these schemas, by component key."""
    return {"paths": {}, "components": {"schemas": schemas}}


@pytest.mark.parametrize(
    ("key", "title", "name"),
    [
        ("CustomerOut", "CustomerOut", "Customer"),
        ("CustomerPage", "CustomerPage", "CustomerPage"),
        ("ExternalIdIn", "ExternalIdIn", "ExternalIdInput"),
        ("Text-Input", "Text", "TextInput"),
        ("Text-Output", "Text", "Text"),
        ("services__a__Kind", "Kind", "Kind"),
    ],
)
def test_the_key_and_the_title_of_a_schema_are_the_name_of_its_class(
    key: str, title: str, name: str
) -> None:
    named = name_schemas(document(**{key: {"title": title, "type": "object"}}))
    assert named["components"]["schemas"] == {name: {"title": name, "type": "object"}}


def test_references_have_the_new_names_and_nested_schemas_have_no_titles() -> None:
    mapping = {"a": "#/components/schemas/TextOut", "b": "#/components/responses/TextOut"}
    nested = {"title": "Kind", "anyOf": [{"$ref": mapping["a"]}], "discriminator": mapping}
    named = name_schemas(
        document(TextOut={"title": "TextOut"}, Note={"properties": {"title": nested}})
    )
    assert named["components"]["schemas"]["Note"]["properties"]["title"] == {
        "anyOf": [{"$ref": "#/components/schemas/Text"}],
        "discriminator": mapping | {"a": "#/components/schemas/Text"},
    }


def test_two_classes_with_the_same_name_in_the_api_are_refused() -> None:
    with pytest.raises(ValueError, match="Several schemas have the name Kind: rename"):
        name_schemas(document(a__Kind={"title": "Kind"}, b__Kind={"title": "Kind"}))
