"""Use cases of the index: store surveys and responses, update sums by wave, publish indices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.scoring.facts.fact.changes import Changes, NewAmount
from services.scoring.facts.fact.domain import Fact, FactKind, fact_id
from services.scoring.figures.satisfaction_index import events, repository
from services.scoring.figures.satisfaction_index.domain import (
    IndexSums,
    Item,
    add_sums,
    response_index,
    satisfaction_items,
    sums_of_indices,
)
from services.scoring.figures.satisfaction_index.models import ResponseVersion, Survey, WaveSums
from shared import clock
from shared.bulk import insert_rows, lock_or_create
from shared.contracts.survey.response import ResponseSubmitted
from shared.contracts.survey.survey import SurveyFacts
from shared.messaging import outbox
from shared.money import exact_arithmetic
from shared.publications.published import published_versions

NOUN = "scoring.index"
"""The name by which the events of indices are published again."""

_WaveKey: TypeAlias = tuple[UUID, str]
"""The id of a survey and the code of one of its waves."""

_StoredSums: TypeAlias = dict[_WaveKey, WaveSums]


def apply_events(
    session: Session,
    surveys: Sequence[SurveyFacts],
    responses: Sequence[ResponseSubmitted],
    *,
    zone: ZoneInfo,
) -> Changes:
    """Store surveys and responses, which may arrive in any order, and publish changed indices.

    Return the facts of new responses, the new amounts of the facts of stored responses, and the ids
    of the customers of the latter. All surveys are locked first, in ascending order of id.
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
        new_row=lambda id_: {"id": id_, "items": [], "estimates": _floor(session, id_)},
    )
    stored = repository.wave_sums(session, survey_ids)
    changed = _apply_surveys(session, locked, stored, surveys, changes)
    changed |= _apply_responses(session, locked, stored, responses, changes, zone)
    _record_events(session, [locked[survey_id] for survey_id in sorted(changed)], stored)
    return changes


def _floor(session: Session, survey_id: UUID) -> int:
    """Return the highest version that a restored service had published of a survey's index."""
    return published_versions(session, NOUN, [survey_id])[survey_id]


def _apply_surveys(
    session: Session,
    locked: Mapping[UUID, Survey],
    stored: _StoredSums,
    surveys: Iterable[SurveyFacts],
    changes: Changes,
) -> set[UUID]:
    """Store newer versions of surveys; return the ids of surveys whose index was recomputed."""
    changed = set()
    for event in sorted(surveys, key=lambda event: event.version):
        survey = locked[event.survey_id]
        if event.version >= (survey.version or 0):
            items = satisfaction_items([asdict(item) for item in event.items])
            survey.version, survey.waves = event.version, [wave.code for wave in event.waves]
            if survey.items != items:
                survey.items = items
                changed.add(survey.id)
    session.flush()
    return {id_ for id_ in changed if _recompute_indices(session, locked[id_], stored, changes)}


def _recompute_indices(
    session: Session, survey: Survey, stored: _StoredSums, changes: Changes
) -> bool:
    """Recompute the indices of all responses to a survey after its items have changed.

    Return whether there are responses.
    """
    responses = repository.versions_of_responses_to(session, survey.id)
    items = [Item.parse(item) for item in survey.items]
    for response in responses:
        response.score, response.size = _index_and_item_count(response.answers, items)
        id_ = fact_id(response.response_id, response.version, FactKind.ANSWER)
        changes.new_amounts.append(NewAmount(id_, response.score, response.size))
        if response.customer_id:
            changes.affected_ids.add(response.customer_id)
    session.flush()
    indices_by_wave: dict[str, list[Decimal]] = {response.wave: [] for response in responses}
    for response in responses:
        if response.current and response.size:
            indices_by_wave[response.wave].append(response.score)
    for wave, indices in indices_by_wave.items():
        _store_sums(session, stored, (survey.id, wave), sums_of_indices(indices))
    session.flush()
    return bool(responses)


def _apply_responses(
    session: Session,
    locked: Mapping[UUID, Survey],
    stored: _StoredSums,
    responses: Sequence[ResponseSubmitted],
    changes: Changes,
    zone: ZoneInfo,
) -> set[UUID]:
    """Store new versions of responses; return the ids of the surveys whose sums have changed.

    Only the highest version of each response is part of the sums, whichever version arrived first.
    """
    if not responses:
        return set()
    known = repository.versions_of_responses(session, {each.response_id for each in responses})
    current = {row.response_id: row for row in known if row.current}
    versions = {(row.response_id, row.version) for row in known}
    added: list[ResponseVersion] = []
    sum_changes: dict[_WaveKey, IndexSums] = {}
    items = {id_: [Item.parse(item) for item in row.items] for id_, row in locked.items()}
    for event in responses:
        version = (event.response_id, event.version)
        if version in versions:
            continue
        versions.add(version)
        row = _response_version(event, items[event.survey_id], zone)
        added.append(row)
        changes.facts.append(_fact(event, row))
        _supersede(current, row, sum_changes)
    session.flush()
    insert_rows(session, ResponseVersion, [_column_values(row) for row in added])
    with exact_arithmetic():
        for key, change in sum_changes.items():
            before = _sums(stored[key]) if key in stored else IndexSums()
            _store_sums(session, stored, key, before + change)
    session.flush()
    return {survey_id for survey_id, _ in sum_changes}


def _supersede(
    current: dict[UUID, ResponseVersion],
    row: ResponseVersion,
    sum_changes: dict[_WaveKey, IndexSums],
) -> None:
    """Set `row` as the current version of its response, unless a higher version is current.

    `current` has the current versions by response id. The effect on the sums of the waves is added
    to `sum_changes`.
    """
    before = current.get(row.response_id)
    if before is not None and before.version > row.version:
        return
    if before is not None:
        before.current = False
        _add_to_sum_changes(sum_changes, before, -1)
    row.current = True
    _add_to_sum_changes(sum_changes, row, 1)
    current[row.response_id] = row


def _add_to_sum_changes(
    sum_changes: dict[_WaveKey, IndexSums], row: ResponseVersion, sign: int
) -> None:
    """Add the index of a response to the pending change of its wave's sums.

    `sign` is 1 for a response that is added, and -1 for one that is removed.
    """
    if row.size:
        key = (row.survey_id, row.wave)
        own_sums, change = sums_of_indices([row.score]), sum_changes.get(key, IndexSums())
        with exact_arithmetic():
            sum_changes[key] = change + own_sums if sign > 0 else change - own_sums


def _store_sums(session: Session, stored: _StoredSums, key: _WaveKey, sums: IndexSums) -> None:
    """Write the sums of a wave to its row; insert the row if there is none."""
    row = stored.get(key)
    if row is None:
        stored[key] = WaveSums(survey_id=key[0], wave=key[1], **asdict(sums))
        session.add(stored[key])
    else:
        row.n, row.total, row.squares = sums.n, sums.total, sums.squares


def _record_events(session: Session, surveys: Iterable[Survey], stored: _StoredSums) -> None:
    """Record an event with the new indices of each survey and of its waves."""
    moment = clock.now()
    for survey in surveys:
        survey.estimates += 1
        event = events.index_estimated(survey, _sums_by_wave(stored, survey.id), moment)
        outbox.record(session, event)
    session.flush()


def has_wave(session: Session, survey: Survey, wave: str) -> bool:
    """Return whether the survey's last event, or a response to the survey, names this wave.

    If the waves of the survey were never stored (None), every wave is accepted.
    """
    may_be_in_event = survey.waves is None or wave in survey.waves
    return may_be_in_event or wave in sums_by_wave(session, survey.id)


def stored_sums(session: Session, survey_id: UUID, wave: str | None) -> IndexSums:
    """Return the stored sums over all responses to a survey, or over those in one wave."""
    sums = sums_by_wave(session, survey_id)
    return add_sums(sums.values()) if wave is None else sums.get(wave, IndexSums())


def sums_by_wave(session: Session, survey_id: UUID) -> dict[str, IndexSums]:
    """Return the stored sums of one survey by wave, in the order of the codes of waves."""
    return _sums_by_wave(repository.wave_sums(session, [survey_id]), survey_id)


def _sums_by_wave(stored: _StoredSums, survey_id: UUID) -> dict[str, IndexSums]:
    """Return the sums of one survey by wave, in the order of the codes of waves."""
    keys = sorted(key for key in stored if key[0] == survey_id)
    return {wave: _sums(stored[survey_id, wave]) for _, wave in keys}


def _sums(row: WaveSums) -> IndexSums:
    return IndexSums(n=row.n, total=row.total, squares=row.squares)


def _response_version(
    event: ResponseSubmitted, items: Sequence[Item], zone: ZoneInfo
) -> ResponseVersion:
    """Return the row of a response, with its index computed from `items`, not yet current."""
    score, answered_items = _index_and_item_count(event.answers, items)
    return ResponseVersion(
        response_id=event.response_id,
        version=event.version,
        survey_id=event.survey_id,
        wave=event.wave,
        customer_id=event.customer_id,
        submitted_on=clock.local_day(event.submitted_at, zone),
        answers=event.answers,
        current=False,
        score=score,
        size=answered_items,
    )


def _index_and_item_count(answers: Mapping[str, Any], items: Sequence[Item]) -> tuple[Decimal, int]:
    """Return the index of one response and its number of answered items; (0, 0) without any."""
    result = response_index(answers, items)
    return (result.index, result.n) if result else (Decimal(0), 0)


def _column_values(row: ResponseVersion) -> dict[str, Any]:
    """Return a row as a dict of values by column name."""
    return {column.key: getattr(row, column.key) for column in ResponseVersion.__table__.columns}


def _fact(event: ResponseSubmitted, row: ResponseVersion) -> Fact:
    """Return the fact of a response; `row` has its index and local day."""
    return Fact(
        fact_id=fact_id(event.response_id, event.version, FactKind.ANSWER),
        source_id=event.response_id,
        version=event.version,
        kind=FactKind.ANSWER.value,
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
