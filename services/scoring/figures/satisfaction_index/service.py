"""Use cases of the index: store surveys and answers, update sums by wave, publish indices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.scoring.facts.fact.changes import Changes, NewAmount
from services.scoring.facts.fact.domain import Fact, Kind, fact_id
from services.scoring.figures.satisfaction_index import events, repository
from services.scoring.figures.satisfaction_index.domain import (
    Item,
    Sums,
    items_of,
    response_index,
    sums_of,
    total,
)
from services.scoring.figures.satisfaction_index.models import CodedAnswer, Survey, WaveSums
from shared import clock
from shared.bulk import insert_rows, lock_or_create
from shared.contracts.survey.response import ResponseSubmitted
from shared.contracts.survey.survey import SurveyFacts
from shared.messaging import outbox
from shared.money import exact_arithmetic

_WaveKey: TypeAlias = tuple[UUID, str]
"""Id of a survey and code of one of its waves."""

_StoredSums: TypeAlias = dict[_WaveKey, WaveSums]


def apply_events(
    session: Session,
    surveys: Sequence[SurveyFacts],
    responses: Sequence[ResponseSubmitted],
    *,
    zone: ZoneInfo,
) -> Changes:
    """Store surveys and answers, in whatever order they arrive, and record the changed indices.

    Return the facts of new answers, the new amounts of stored ones, and their customers. All
    surveys are locked first, in order of their ids.
    """
    changes = Changes()
    if not (surveys or responses):
        return changes
    survey_ids = {each.survey_id for each in surveys} | {each.survey_id for each in responses}
    locked = lock_or_create(
        session,
        Survey,
        survey_ids,
        select_locked=repository.lock_surveys,
        new_row=lambda survey_id: {"id": survey_id, "items": [], "estimates": 0},
    )
    stored = repository.wave_sums(session, survey_ids)
    changed = _apply_surveys(session, locked, stored, surveys, changes)
    changed |= _apply_responses(session, locked, stored, responses, changes, zone)
    _record_events(session, [locked[survey_id] for survey_id in sorted(changed)], stored)
    return changes


def _apply_surveys(
    session: Session,
    locked: Mapping[UUID, Survey],
    stored: _StoredSums,
    surveys: Iterable[SurveyFacts],
    changes: Changes,
) -> set[UUID]:
    """Store newer versions of surveys; return the ids of those whose answers have other indices."""
    changed = set()
    for event in sorted(surveys, key=lambda event: event.version):
        survey = locked[event.survey_id]
        if event.version >= (survey.version or 0):
            items = items_of([asdict(item) for item in event.items])
            survey.version, survey.waves = event.version, [wave.code for wave in event.waves]
            if survey.items != items:
                survey.items = items
                changed.add(survey.id)
    session.flush()
    return {id_ for id_ in changed if _remeasure(session, locked[id_], stored, changes)}


def _remeasure(session: Session, survey: Survey, stored: _StoredSums, changes: Changes) -> bool:
    """Compute the index of every stored answer again, by the items that the survey has now.

    Return whether there are answers.
    """
    answers = repository.answers_to(session, survey.id)
    items = [Item.parse(item) for item in survey.items]
    for answer in answers:
        answer.score, answer.size = _measured(answer.answers, items)
        id_ = fact_id(answer.response_id, answer.version, Kind.ANSWER)
        changes.amounts.append(NewAmount(id_, answer.score, answer.size))
        if answer.customer_id:
            changes.touched.add(answer.customer_id)
    session.flush()
    indices: dict[str, list[Decimal]] = {answer.wave: [] for answer in answers}
    for answer in answers:
        if answer.current and answer.size:
            indices[answer.wave].append(answer.score)
    for wave, own_indices in indices.items():
        _store_sums(session, stored, (survey.id, wave), sums_of(own_indices))
    session.flush()
    return bool(answers)


def _apply_responses(
    session: Session,
    locked: Mapping[UUID, Survey],
    stored: _StoredSums,
    responses: Sequence[ResponseSubmitted],
    changes: Changes,
    zone: ZoneInfo,
) -> set[UUID]:
    """Store new versions of responses and return the ids of surveys whose sums they change.

    Of each response the highest version counts, whichever came first.
    """
    if not responses:
        return set()
    known = repository.versions_of(session, {each.response_id for each in responses})
    current = {row.response_id: row for row in known if row.current}
    versions = {(row.response_id, row.version) for row in known}
    added: list[CodedAnswer] = []
    differences: dict[_WaveKey, Sums] = {}
    items = {id_: [Item.parse(item) for item in row.items] for id_, row in locked.items()}
    for event in responses:
        version = (event.response_id, event.version)
        if version in versions:
            continue
        versions.add(version)
        row = _coded_answer(event, items[event.survey_id], zone)
        added.append(row)
        changes.facts.append(_fact(event, row))
        _supersede(current, row, differences)
    session.flush()
    insert_rows(session, CodedAnswer, [_columns(row) for row in added])
    with exact_arithmetic():
        for key, difference in differences.items():
            before = _sums(stored[key]) if key in stored else Sums()
            _store_sums(session, stored, key, before + difference)
    session.flush()
    return {survey_id for survey_id, _ in differences}


def _supersede(
    current: dict[UUID, CodedAnswer], row: CodedAnswer, differences: dict[_WaveKey, Sums]
) -> None:
    """Let `row` count instead of a lower version of its response; add that to the differences."""
    before = current.get(row.response_id)
    if before is not None and before.version > row.version:
        return
    if before is not None:
        before.current = False
        _add(differences, before, -1)
    row.current = True
    _add(differences, row, 1)
    current[row.response_id] = row


def _add(differences: dict[_WaveKey, Sums], row: CodedAnswer, sign: int) -> None:
    """Add the index of an answer to the difference of its wave; with sign -1 subtract it."""
    if row.size:
        key = (row.survey_id, row.wave)
        own, difference = sums_of([row.score]), differences.get(key, Sums())
        with exact_arithmetic():
            differences[key] = difference + own if sign > 0 else difference - own


def _store_sums(session: Session, stored: _StoredSums, key: _WaveKey, sums: Sums) -> None:
    row = stored.get(key)
    if row is None:
        stored[key] = WaveSums(survey_id=key[0], wave=key[1], **asdict(sums))
        session.add(stored[key])
    else:
        row.n, row.total, row.squares = sums.n, sums.total, sums.squares


def _record_events(session: Session, surveys: Iterable[Survey], stored: _StoredSums) -> None:
    moment = clock.now()
    for survey in surveys:
        survey.estimates += 1
        event = events.index_estimated(survey, _sums_by_wave(stored, survey.id), moment)
        outbox.record(session, event)
    session.flush()


def has_wave(session: Session, survey: Survey, wave: str) -> bool:
    """Return whether a wave of this code is in the event of a survey or in one of its answers.

    A survey whose event came before its waves were stored (None) may have any.
    """
    is_published = survey.waves is None or wave in survey.waves
    return is_published or wave in _stored_by_wave(session, survey.id)


def stored_sums(session: Session, survey_id: UUID, wave: str | None) -> Sums:
    """Return the stored sums of all answers to a survey, or of those in one wave."""
    sums = _stored_by_wave(session, survey_id)
    return total(sums.values()) if wave is None else sums.get(wave, Sums())


def _stored_by_wave(session: Session, survey_id: UUID) -> dict[str, Sums]:
    return _sums_by_wave(repository.wave_sums(session, [survey_id]), survey_id)


def _sums_by_wave(stored: _StoredSums, survey_id: UUID) -> dict[str, Sums]:
    keys = sorted(key for key in stored if key[0] == survey_id)
    return {wave: _sums(stored[survey_id, wave]) for _, wave in keys}


def _sums(row: WaveSums) -> Sums:
    return Sums(n=row.n, total=row.total, squares=row.squares)


def _coded_answer(event: ResponseSubmitted, items: Sequence[Item], zone: ZoneInfo) -> CodedAnswer:
    score, size = _measured(event.answers, items)
    return CodedAnswer(
        response_id=event.response_id,
        version=event.version,
        survey_id=event.survey_id,
        wave=event.wave,
        customer_id=event.customer_id,
        submitted_on=clock.local_day(event.submitted_at, zone),
        answers=event.answers,
        current=False,
        score=score,
        size=size,
    )


def _measured(answers: Mapping[str, Any], items: Sequence[Item]) -> tuple[Decimal, int]:
    """Return the index of answers and the number of items in it, 0 and 0 without any."""
    measured = response_index(answers, items)
    return (measured.index, measured.n) if measured else (Decimal(0), 0)


def _columns(row: CodedAnswer) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in CodedAnswer.__table__.columns}


def _fact(event: ResponseSubmitted, row: CodedAnswer) -> Fact:
    return Fact(
        fact_id=fact_id(event.response_id, event.version, Kind.ANSWER),
        source_id=event.response_id,
        version=event.version,
        kind=Kind.ANSWER.value,
        customer_id=event.customer_id,
        named_customer_id=event.customer_id,
        occurred_at=event.submitted_at,
        occurred_on=row.submitted_on,
        recorded_at=event.recorded_at,
        superseded_at=None,
        amount=row.score,
        currency=None,
        cost=None,
        size=row.size,
    )
