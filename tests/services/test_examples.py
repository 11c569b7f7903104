"""Tests that fields and parameters accept the examples in their documents.

Examples of whole bodies are sent by test_conformance.py.
"""

import importlib
from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tests.services.test_bounds import SERVICES, models_in


def fields(app: FastAPI) -> Iterator[tuple[str, FieldInfo]]:
    """Yield name and definition of all parameters and all fields of requests and responses."""
    for route in app.state.routes:
        dependant = route.dependant
        models = [
            one.field_info.annotation for one in (*dependant.body_params, *dependant.query_params)
        ]
        for body in {body for kind in (*models, route.response_model) for body in models_in(kind)}:
            yield from ((f"{body.__name__}.{name}", one) for name, one in body.model_fields.items())
        for parameter in (*dependant.path_params, *dependant.query_params):
            yield f"{route.path} {parameter.name}", parameter.field_info


def refused_examples(field: FieldInfo) -> Iterator[Any]:
    """Yield the examples of a field that it does not accept."""
    kind: Any = field.annotation
    for rule in field.metadata:
        kind = Annotated[kind, rule]
    adapter = TypeAdapter[Any](kind)
    for example in field.examples or ():
        try:
            adapter.validate_json(orjson.dumps(example))
        except ValidationError:
            yield example


@pytest.mark.parametrize("service", SERVICES)
def test_every_example_is_accepted_by_its_field_or_parameter(service: str) -> None:
    parts = importlib.import_module(f"services.{service}.__main__").SERVICE
    shown = [one for one in fields(parts.create_app(parts.settings())) if one[1].examples]
    assert shown
    assert [
        (name, list(refused_examples(field)))
        for name, field in shown
        if any(refused_examples(field))
    ] == []
