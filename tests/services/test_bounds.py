"""Tests that a request body refuses text that is too long for its database column."""

import importlib
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from sqlalchemy import String

from shared.http.partial_body import PartialBody

SERVICES = ("registry", "survey", "scoring", "gateway")


def bodies(app: FastAPI) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the package and the class of every request body and of the models within it."""
    for route in app.state.routes:
        package = route.endpoint.__module__.rpartition(".")[0]
        for field in route.dependant.body_params:
            for model in models_in(field.field_info.annotation):
                yield package, model


def models_in(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield the pydantic models in a type: a model, the models of its fields, and so on."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from models_in(field.annotation)
    for part in get_args(kind):
        yield from models_in(part)


def maximum_lengths(service: str, package: str) -> dict[str, int]:
    """Return the maximum length of each text column of the tables of a package."""
    tables = importlib.import_module(f"services.{service}.models").Model.registry.mappers
    return {
        column.key: column.type.length
        for mapper in tables
        if mapper.class_.__module__ == f"{package}.models"
        for column in mapper.columns
        if isinstance(column.type, String) and column.type.length
    }


def refuses(body: type[BaseModel], field: str, length: int) -> bool:
    """Return whether a body refuses a text of this length in a field."""
    try:
        found = body.model_validate({field: "a" * length})
    except ValidationError as error:
        return any(detail["loc"][:1] == (field,) for detail in error.errors())
    return isinstance(found, PartialBody) and any(
        f"/{field}" == one.pointer for one in found.faults
    )


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_accepts_a_text_that_is_longer_than_its_column_allows(service: str) -> None:
    parts = importlib.import_module(f"services.{service}.__main__").SERVICE
    app = parts.create_app(parts.settings())
    limited = [
        (body, field, max_length)
        for package, body in set(bodies(app))
        for field, max_length in maximum_lengths(service, package).items()
        if field in body.model_fields
    ]
    assert limited or service == "scoring"
    too_long = {
        f"{body.__name__}.{field}"
        for body, field, max_length in limited
        if not refuses(body, field, max_length + 1)
    }
    assert too_long == set()
