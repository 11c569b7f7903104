"""Refused words are found in every kind of name and at the start of docstrings."""

import ast
from pathlib import Path

import pytest

from tests.shape.words import (
    COMPOUNDS,
    PUBLIC_NAMES,
    REFUSED_AT_DOCSTRING_START,
    REFUSED_IN_NAMES,
    words,
)

MODULE = Path("shared/module.py")


def found(text: str, path: Path = MODULE) -> list[str]:
    return list(words(path, ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "def tell_owner(): ...",
        "async def tell(): ...",
        "class Told: ...",
        "class ToldOrder: ...",
        "def publish(*, told=1): ...",
        "told = 1",
        "for told_order in (): ...",
        "class A:\n    def __init__(self):\n        self._told = 1",
        "import json as told",
        "class KEPT: ...",
        "try: ...\nexcept OSError as told: ...",
        "match 1:\n    case {'a': told}: ...",
        "match 1:\n    case {'a': 1, **told}: ...",
        "match 1:\n    case [_, *told]: ...",
        "@router.get('')\ndef put_order(): ...",
        "@router.put('')\ndef put_told_order(): ...",
        "unfollow_up_told = 1",
        "follow_upper = 1",
    ],
)
def test_a_refused_word_is_found_in_every_kind_of_name(text: str) -> None:
    (violation,) = found(text)
    assert violation.startswith("shared/module.py:")
    assert "but: " in violation


def test_a_refused_word_is_found_in_the_name_of_a_module() -> None:
    (violation,) = found("", Path("shared/mirrors.py"))
    assert violation == "shared/mirrors.py:1: 'mirrors': not 'mirrors', but: projections"


def test_a_refused_word_is_found_in_the_name_of_a_package() -> None:
    (violation,) = found("", Path("services/told/__init__.py"))
    assert violation == (
        "services/told/__init__.py:1: 'told': not 'told', but: event, payload, published"
    )


@pytest.mark.parametrize(
    "text",
    [
        '"""Tell the time."""',
        'class Clock:\n    """Tell the time."""',
        'def now():\n    """Tell the time."""',
        'async def now():\n    """Tell\n\n    the time.\n    """',
        '"""(Tell) the time."""',
        '"""*Tell* the time."""',
        '"""_Tell_ the time."""',
        '"""Tell, then wait."""',
    ],
)
def test_a_refused_first_word_of_a_docstring_is_found(text: str) -> None:
    (violation,) = found(text)
    assert violation.endswith("a docstring begins with 'Tell', not with: Return")


@pytest.mark.parametrize("word", ["Telling", "Held", "Kept", "Made", "Said", "Giving"])
def test_the_other_forms_of_a_refused_first_word_are_found(word: str) -> None:
    (violation,) = found(f'"""{word} rows."""')
    assert f"a docstring begins with {word!r}" in violation


@pytest.mark.parametrize(
    "text",
    [
        '"""Return the time, as clocks tell it."""',
        "def retold(): ...",
        "placeholder = 1",
        "from x import told",
        "print(told.made)",
        '"""Held-out answers."""',
        '"""`make check` reports the words."""',
        '"""..."""',
        "@router.put('/{code}')\ndef put_suggestion(): ...",
        "class FollowUp: ...",
        "due_follow_ups = 1",
        "LAST_WALK_IN = 1",
        "room = house_number = place_of_service = held_at = hot_lead = 1",
    ],
)
def test_words_that_contain_a_refused_one_and_names_of_others_pass(text: str) -> None:
    assert found(text) == []


def test_public_names_pass() -> None:
    assert [violation for name in PUBLIC_NAMES for violation in found(f"{name} = 1")] == []


def test_every_public_name_and_compound_of_the_list_would_be_refused_without_it() -> None:
    """A name that needs no exception leaves the list."""
    allowed = sorted(PUBLIC_NAMES | COMPOUNDS)
    assert all(set(name.split("_")) & REFUSED_IN_NAMES.keys() for name in allowed)


def test_every_refused_word_has_a_suggestion() -> None:
    assert all((REFUSED_IN_NAMES | REFUSED_AT_DOCSTRING_START).values())
