"""The value model is chosen by time; the default one has the numbers of docs/figures.md."""

import json
from datetime import timedelta
from importlib.resources import files
from uuid import UUID

import pytest

from services.scoring.modelling.value_model.domain import (
    ModelState,
    ValueModel,
    model_at,
    rules_from,
)
from tests.services.scoring.samples import RULES, day, noon


def test_the_default_model_has_the_documented_numbers() -> None:
    document = json.loads(
        files("services.scoring.modelling.value_model").joinpath("default.json").read_bytes()
    )
    assert rules_from(document) == RULES


def test_the_default_model_has_the_satisfaction_term_switched_off() -> None:
    assert [term.name for term in RULES.terms] == ["purchases", "satisfaction"]
    assert [term.name for term in RULES.active_terms] == ["purchases"]


def _model(
    number: int, start: int, end: int | None, state: ModelState = ModelState.RETIRED
) -> ValueModel:
    """Return a value model that is active from day `start` until day `end`."""
    return ValueModel(
        model_id=UUID(int=number),
        version=number,
        state=state,
        active_from=noon(day(start)),
        retired_at=None if end is None else noon(day(end)),
        rules=RULES,
    )


MODELS = [
    _model(1, 10, 20),
    _model(2, 20, 30),
    _model(3, 40, None, ModelState.ACTIVE),
    _model(4, 0, None, ModelState.DRAFT),
]


@pytest.mark.parametrize(
    ("on", "version"), [(0, 1), (10, 1), (19, 1), (20, 2), (30, 1), (35, 1), (40, 3), (99, 3)]
)
def test_the_model_active_at_a_moment_is_used_and_the_first_one_if_none_is_active(
    on: int, version: int
) -> None:
    assert model_at(MODELS, noon(day(on))).version == version


def test_a_model_is_used_until_the_moment_at_which_it_is_retired() -> None:
    assert model_at(MODELS, noon(day(20)) - timedelta(microseconds=1)).version == 1
