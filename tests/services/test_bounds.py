"""Tests that bodies accept no longer text than their columns, which PostgreSQL would refuse."""

import importlib
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from sqlalchemy import String

SERVICES = ("registry", "survey", "scoring", "gateway")


def bodies(app: FastAPI) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the noun and the class of every request body and of the bodies within it."""
    for route in app.state.routes:
        noun = route.endpoint.__module__.rpartition(".")[0]
        for field in route.dependant.body_params:
            for model in models_in(field.field_info.annotation):
                yield noun, model


def models_in(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield a model and the models of its fields, or the models within a type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from models_in(field.annotation)
    for part in get_args(kind):
        yield from models_in(part)


def longest(service: str, noun: str) -> dict[str, int]:
    """Return the maximum length of each text column of a noun's tables."""
    tables = importlib.import_module(f"services.{service}.models").Model.registry.mappers
    return {
        column.key: column.type.length
        for mapper in tables
        if mapper.class_.__module__ == f"{noun}.models"
        for column in mapper.columns
        if isinstance(column.type, String) and column.type.length
    }


def refuses(body: type[BaseModel], field: str, length: int) -> bool:
    try:
        body.model_validate({field: "a" * length})
    except ValidationError as error:
        return any(each["loc"][:1] == (field,) for each in error.errors())
    return False


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_accepts_a_longer_text_than_its_column(service: str) -> None:
    parts = importlib.import_module(f"services.{service}.__main__").SERVICE
    app = parts.create_app(parts.settings())
    limited = [
        (body, field, most)
        for noun, body in set(bodies(app))
        for field, most in longest(service, noun).items()
        if field in body.model_fields
    ]
    assert limited or service == "scoring"
    too_long = {
        f"{body.__name__}.{field}"
        for body, field, most in limited
        if not refuses(body, field, most + 1)
    }
    assert too_long == set()
