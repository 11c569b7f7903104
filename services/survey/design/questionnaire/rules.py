"""What makes a written questionnaire sound beyond the shape of its parts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.survey.design.questionnaire.domain import SCALED, QuestionType, Role, scale_of
from shared.errors import Fault

MOST_ITEMS = 300
MOST_POINTS = 11
RESERVED = frozenset({"respondent_external_id", "submitted_at", "channel", "wave"})


def faults_of(document: Mapping[str, Any]) -> list[Fault]:
    """Give everything that is wrong with a questionnaire whose parts have the right shape."""
    faults = list(_codes(document["questions"]))
    for position, question in enumerate(document["questions"]):
        faults.extend(_faults_of_question(f"/questions/{position}", question))
    return faults


def _codes(questions: list[Mapping[str, Any]]) -> Iterator[Fault]:
    named = list(_named(questions))
    yield from _repeated(named, "Another question or row has this code; give it one of its own.")
    for pointer, code in named:
        if code in RESERVED:
            yield Fault(pointer, "reserved", "This name is a column of imports; choose another.")
    if len(named) > MOST_ITEMS:
        yield Fault("/questions", "too_many", f"Ask at most {MOST_ITEMS} things.")


def _named(questions: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for position, question in enumerate(questions):
        yield f"/questions/{position}/code", question["code"]
        for ordinal, row in enumerate(question.get("rows") or ()):
            yield f"/questions/{position}/rows/{ordinal}/code", row["code"]


def _repeated(named: Iterable[tuple[str, Any]], message: str) -> Iterator[Fault]:
    seen = set()
    for pointer, value in named:
        if value in seen:
            yield Fault(pointer, "repeated", message)
        seen.add(value)


def _faults_of_question(at: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    kind = QuestionType(question["type"])
    if kind in SCALED:
        yield from _scale(at, question)
    elif kind is QuestionType.NUMBER:
        yield from _number(at, question)
    elif kind in {QuestionType.SINGLE, QuestionType.MULTIPLE}:
        yield from _options(at, question)
    yield from _role(at, kind, question)


def _scale(at: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    scale = scale_of(question)
    least, most = scale["least"], scale["most"]
    if not 1 <= most - least < MOST_POINTS:
        message = f"A scale has 2 to {MOST_POINTS} points; most must be above least."
        yield Fault(f"{at}/scale/most", "out_of_range", message)
        return
    place = f"{at}/labels" if question["type"] == QuestionType.NPS else f"{at}/scale/labels"
    labels = [
        (f"{place}/{ordinal}/value", label["value"])
        for ordinal, label in enumerate(scale.get("labels") or ())
    ]
    yield from _repeated(labels, "This point of the scale has a label already.")
    for pointer, value in labels:
        if not least <= value <= most:
            yield Fault(pointer, "outside_scale", f"Label points from {least} to {most}.")
    yield from _missing(at, question, least, most)


def _missing(at: str, question: Mapping[str, Any], least: Any, most: Any) -> Iterator[Fault]:
    codes = [
        (f"{at}/missing/{ordinal}/value", each["value"])
        for ordinal, each in enumerate(question.get("missing") or ())
    ]
    yield from _repeated(codes, "This missing code is there already.")
    for pointer, value in codes:
        if (least is None or least <= value) and (most is None or value <= most):
            message = "A missing code must lie outside the values that can be answered."
            yield Fault(pointer, "inside_scale", message)


def _number(at: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    least, most = question.get("least"), question.get("most")
    if least is not None and most is not None and least > most:
        yield Fault(f"{at}/most", "out_of_range", "most must not be below least.")
        return
    yield from _missing(at, question, least, most)


def _options(at: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    codes = [
        (f"{at}/options/{ordinal}/code", option["code"])
        for ordinal, option in enumerate(question["options"])
    ]
    yield from _repeated(codes, "Another option of this question has this code.")
    fewest = question.get("fewest") or 0
    greatest = question.get("greatest") or len(codes)
    if not fewest <= greatest <= len(codes):
        message = f"fewest <= greatest <= {len(codes)} (the number of options) must hold."
        yield Fault(f"{at}/greatest", "out_of_range", message)


def _role(at: str, kind: QuestionType, question: Mapping[str, Any]) -> Iterator[Fault]:
    """Keep satisfaction to items with both ends: the index is 100 (x - least) / (most - least)."""
    roles = [(f"{at}/role", question.get("role"))]
    for ordinal, row in enumerate(question.get("rows") or ()):
        roles.append((f"{at}/rows/{ordinal}/role", row.get("role")))
    for pointer, role in roles:
        if role == Role.SATISFACTION and not _has_ends(kind, question):
            message = "Only an item with a least and a greater most can measure satisfaction."
            yield Fault(pointer, "no_scale", message)


def _has_ends(kind: QuestionType, question: Mapping[str, Any]) -> bool:
    if kind is not QuestionType.NUMBER:
        return kind in SCALED
    least, most = question.get("least"), question.get("most")
    return least is not None and most is not None and least < most
