"""The rules that a questionnaire document must meet beyond the types of its fields."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.survey.design.questionnaire.domain import SCALED, scale_of
from services.survey.design.questionnaire.problems import (
    INSIDE_SCALE,
    MISSING_TRANSLATION,
    NO_SCALE,
    OUTSIDE_SCALE,
    RESERVED_CODE,
)
from shared.contracts.survey.survey import ItemRole, QuestionType
from shared.errors import Fault
from shared.faults import INVISIBLE, OUT_OF_RANGE, REPEATED, TOO_MANY, TOO_SMALL
from shared.texts import is_visible

MOST_ITEMS = 300
"""Greatest number of items: matrix rows, and questions of all other types."""
MOST_POINTS = 11
"""Greatest number of points of a scale."""
RESERVED = frozenset({"respondent_external_id", "response_id", "submitted_at", "channel", "wave"})
"""Codes that no item may have, because imported files use these names for other columns."""


_TEXTS = ("title", "introduction", "text", "hint")
"""The names of the members of a document that are texts."""
_IN_ORDER = (*_TEXTS, "rows", "scale", "labels", "options", "missing", "questions")
"""The names of the members that are or contain texts, in the order in which they are reported."""


def find_faults(document: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for each rule that a document breaks; its fields must have valid types."""
    faults = [*_text_faults(document), *_code_faults(document["questions"])]
    for index, question in enumerate(document["questions"]):
        faults.extend(_question_faults(f"/questions/{index}", question))
    return faults


def missing_translations(document: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for each text that lacks a language which another text of the document has.

    A document in one language lacks nothing.
    """
    texts = list(_texts_with_pointers("", document))
    languages = sorted({language for _, text in texts for language in text})
    return [
        Fault(pointer, MISSING_TRANSLATION, language=language)
        for pointer, text in texts
        for language in languages
        if language not in text
    ]


def _texts_with_pointers(pointer: str, value: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the JSON pointer and the languages of each text in a part of a document."""
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts_with_pointers(f"{pointer}/{index}", part)
    elif isinstance(value, Mapping):
        for name in _IN_ORDER:
            if name in value and name in _TEXTS:
                yield f"{pointer}/{name}", value[name]
            elif name in value:
                yield from _texts_with_pointers(f"{pointer}/{name}", value[name])


def _text_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each text that has no visible character in one of its languages."""
    for pointer, text in _texts_with_pointers("", document):
        for language, words in text.items():
            if not is_visible(words):
                yield Fault(f"{pointer}/{language}", INVISIBLE)


def _code_faults(questions: list[Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield a fault for each repeated and each reserved code, and one for too many items."""
    codes = list(_codes_with_pointers(questions))
    yield from _repetition_faults(
        codes, "Another question or row has this code; give it one of its own."
    )
    for pointer, code in codes:
        if code in RESERVED:
            yield Fault(pointer, RESERVED_CODE, "This name is a column of imports; choose another.")
    if len(codes) > MOST_ITEMS:
        yield Fault("/questions", TOO_MANY, "Ask at most {max} questions and rows.", max=MOST_ITEMS)


def _codes_with_pointers(questions: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the JSON pointer and the code of each question and of each matrix row."""
    for index, question in enumerate(questions):
        yield f"/questions/{index}/code", question["code"]
        for row_index, row in enumerate(question.get("rows") or ()):
            yield f"/questions/{index}/rows/{row_index}/code", row["code"]


def _repetition_faults(values: Iterable[tuple[str, Any]], advice: str) -> Iterator[Fault]:
    """Yield a fault for each value that equals an earlier value.

    `values` are pairs of a JSON pointer, where the fault is reported, and a value.
    """
    seen = set()
    for pointer, value in values:
        if value in seen:
            yield Fault(pointer, REPEATED, advice)
        seen.add(value)


def _question_faults(pointer: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults of one question; `pointer` is its JSON pointer in the document."""
    kind = QuestionType(question["type"])
    if kind in SCALED:
        yield from _scale_faults(pointer, question)
    elif kind is QuestionType.NUMBER:
        yield from _number_faults(pointer, question)
    elif kind in {QuestionType.SINGLE, QuestionType.MULTIPLE}:
        yield from _option_faults(pointer, question)
    yield from _role_faults(pointer, kind, question)


def _scale_faults(pointer: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield faults in the scale of a question: its ends, labels and codes for missing answers."""
    scale = scale_of(question)
    least, most = scale["least"], scale["most"]
    if not 1 <= most - least < MOST_POINTS:
        advice = f"A scale has 2 to {MOST_POINTS} points; most must be above least."
        bounds = {"min": least + 1, "max": least + MOST_POINTS - 1}
        yield Fault(f"{pointer}/scale/most", OUT_OF_RANGE, advice, **bounds)
        return
    is_nps = question["type"] == QuestionType.NPS
    labels_pointer = f"{pointer}/labels" if is_nps else f"{pointer}/scale/labels"
    labels = [
        (f"{labels_pointer}/{index}/value", label["value"])
        for index, label in enumerate(scale.get("labels") or ())
    ]
    yield from _repetition_faults(labels, "This point of the scale has a label already.")
    for label_pointer, value in labels:
        if not least <= value <= most:
            advice = "Label points from {min} to {max}."
            yield Fault(label_pointer, OUTSIDE_SCALE, advice, min=least, max=most, missing=[])
    yield from _no_answer_code_faults(pointer, question, least, most)


def _no_answer_code_faults(
    pointer: str, question: Mapping[str, Any], least: Any, most: Any
) -> Iterator[Fault]:
    """Yield a fault for each code for missing answers that is repeated or a valid answer.

    A code for missing answers is a value that means "no answer", so it must differ from all valid
    answers. `least` and `most` are the bounds of valid answers; None means that there is no such
    bound.
    """
    codes = [
        (f"{pointer}/missing/{index}/value", code["value"])
        for index, code in enumerate(question.get("missing") or ())
    ]
    yield from _repetition_faults(codes, "Another missing code has this value already.")
    for code_pointer, value in codes:
        if (least is None or least <= value) and (most is None or value <= most):
            advice = "A missing code must lie outside the values that can be answered."
            yield Fault(code_pointer, INSIDE_SCALE, advice)


def _number_faults(pointer: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield faults in the bounds and the codes for missing answers of a question for a number."""
    least, most = question.get("least"), question.get("most")
    if least is not None and most is not None and least > most:
        advice = "most must not be below least."
        yield Fault(f"{pointer}/most", TOO_SMALL, advice, min=least)
        return
    yield from _no_answer_code_faults(pointer, question, least, most)


def _option_faults(pointer: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield faults in the options of a question: repeated codes, or impossible limits.

    `fewest` and `greatest` are the limits of how many options can be chosen.
    """
    codes = [
        (f"{pointer}/options/{index}/code", option["code"])
        for index, option in enumerate(question["options"])
    ]
    yield from _repetition_faults(codes, "Another option of this question has this code.")
    fewest = question.get("fewest") or 0
    greatest = question.get("greatest") or len(codes)
    if not fewest <= greatest <= len(codes):
        advice = "Choose fewest <= greatest <= {max}, the number of options."
        yield Fault(f"{pointer}/greatest", OUT_OF_RANGE, advice, min=fewest, max=len(codes))


def _role_faults(pointer: str, kind: QuestionType, question: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each item that measures satisfaction but has no least and most value.

    The satisfaction index of an answer x needs both: it is 100 (x - least) / (most - least).
    """
    roles = [(f"{pointer}/role", question.get("role"))]
    for index, row in enumerate(question.get("rows") or ()):
        roles.append((f"{pointer}/rows/{index}/role", row.get("role")))
    for role_pointer, role in roles:
        if role == ItemRole.SATISFACTION and not _has_least_and_most(kind, question):
            advice = "Only an item with a least and a greater most can measure satisfaction."
            yield Fault(role_pointer, NO_SCALE, advice)


def _has_least_and_most(kind: QuestionType, question: Mapping[str, Any]) -> bool:
    """Return whether answers have a minimum and a maximum, and the two differ."""
    if kind is not QuestionType.NUMBER:
        return kind in SCALED
    least, most = question.get("least"), question.get("most")
    return least is not None and most is not None and least < most
