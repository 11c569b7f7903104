"""Use cases of the index: follow surveys and answers, keep exact sums, tell what they come to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.scoring.facts.fact.domain import Fact, Kind, fact_id
from services.scoring.facts.fact.service import Restated
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
from shared.money import exactly

_Place = tuple[UUID, str]
_Waves = dict[_Place, Sums]
_Kept = dict[_Place, WaveSums]


@dataclass(slots=True)
class Answered:
    """What answers come to: new facts, facts that read otherwise now, customers they touch."""

    facts: list[Fact] = field(default_factory=list)
    restated: list[Restated] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)


def follow_surveys(
    session: Session,
    surveys: Sequence[SurveyFacts],
    responses: Sequence[ResponseSubmitted],
    *,
    zone: ZoneInfo,
) -> Answered:
    """Take over surveys and answers, whichever came first, and tell the indices that moved."""
    answered = Answered()
    if not (surveys or responses):
        return answered
    named = {each.survey_id for each in surveys} | {each.survey_id for each in responses}
    held = lock_or_create(
        session,
        Survey,
        named,
        locked=repository.surveys_for_change,
        blank=lambda survey_id: {"id": survey_id, "items": [], "estimates": 0},
    )
    kept = repository.wave_sums(session, named)
    moved = _follow_catalogues(session, held, kept, surveys, answered)
    moved |= _take_answers(session, held, kept, responses, answered, zone)
    _tell(session, [held[survey_id] for survey_id in sorted(moved)], kept)
    return answered


def _follow_catalogues(
    session: Session,
    held: Mapping[UUID, Survey],
    kept: _Kept,
    surveys: Iterable[SurveyFacts],
    answered: Answered,
) -> set[UUID]:
    """Take over the items of surveys; what was answered before is measured by them anew."""
    changed = set()
    for event in sorted(surveys, key=lambda event: event.version):
        survey = held[event.survey_id]
        if event.version >= (survey.version or 0):
            items = items_of([asdict(item) for item in event.items])
            survey.version, survey.waves = event.version, [wave.code for wave in event.waves]
            if survey.items != items:
                survey.items = items
                changed.add(survey.id)
    session.flush()
    return {id_ for id_ in changed if _remeasure(session, held[id_], kept, answered)}


def _remeasure(session: Session, survey: Survey, kept: _Kept, answered: Answered) -> bool:
    answers = repository.answers_to(session, survey.id)
    items = [Item.read(item) for item in survey.items]
    for answer in answers:
        answer.score, answer.size = _measured(answer.answers, items)
        name = fact_id(answer.response_id, answer.version, Kind.ANSWER)
        answered.restated.append(Restated(name, answer.score, answer.size))
        if answer.customer_id:
            answered.touched.add(answer.customer_id)
    session.flush()
    waves: dict[str, list[Decimal]] = {answer.wave: [] for answer in answers}
    for answer in answers:
        if answer.current and answer.size:
            waves[answer.wave].append(answer.score)
    sums = {(survey.id, wave): sums_of(scores) for wave, scores in waves.items()}
    _keep(session, kept, sums, anew=True)
    return bool(answers)


def _take_answers(
    session: Session,
    held: Mapping[UUID, Survey],
    kept: _Kept,
    responses: Sequence[ResponseSubmitted],
    answered: Answered,
    zone: ZoneInfo,
) -> set[UUID]:
    """Keep new answers; the highest version of a response counts, whichever came first."""
    if not responses:
        return set()
    known = repository.versions_of(session, {each.response_id for each in responses})
    latest = {row.response_id: row for row in known if row.current}
    versions = {(row.response_id, row.version) for row in known}
    moves: _Waves = {}
    added: dict[tuple[UUID, int], CodedAnswer] = {}
    items = {id_: [Item.read(item) for item in row.items] for id_, row in held.items()}
    for event in responses:
        version = (event.response_id, event.version)
        if version in versions:
            continue
        versions.add(version)
        row = added[version] = _answer(event, items[event.survey_id], zone)
        answered.facts.append(_fact(event, row))
        _supersede(latest, row, moves)
    session.flush()
    insert_rows(session, CodedAnswer, [_columns(row) for row in added.values()])
    _keep(session, kept, moves)
    return {survey_id for survey_id, _ in moves}


def _supersede(latest: dict[UUID, CodedAnswer], row: CodedAnswer, moves: _Waves) -> None:
    before = latest.get(row.response_id)
    if before is not None and before.version > row.version:
        return
    with exactly():
        if before is not None:
            before.current = False
            _move(moves, before, -1)
        row.current = True
        _move(moves, row, 1)
    latest[row.response_id] = row


def _move(moves: _Waves, row: CodedAnswer, sign: int) -> None:
    if row.size:
        own, place = sums_of([row.score]), (row.survey_id, row.wave)
        moved = moves.get(place, Sums())
        moves[place] = moved + own if sign > 0 else moved - own


def _keep(session: Session, kept: _Kept, moves: _Waves, *, anew: bool = False) -> None:
    """Add to the kept sums, or have them be these."""
    for place, moved in moves.items():
        row = kept.get(place)
        with exactly():
            sums = moved if anew or row is None else _sums(row) + moved
        if row is None:
            kept[place] = WaveSums(survey_id=place[0], wave=place[1], **asdict(sums))
            session.add(kept[place])
        else:
            row.n, row.total, row.squares = sums.n, sums.total, sums.squares
    session.flush()


def _tell(session: Session, surveys: Iterable[Survey], kept: _Kept) -> None:
    moment = clock.now()
    for survey in surveys:
        survey.estimates += 1
        outbox.record(session, events.index_estimated(survey, _by_wave(kept, survey.id), moment))
    session.flush()


def has_wave(session: Session, survey: Survey, wave: str) -> bool:
    """Tell whether a survey has a wave: one it told of, or that answers named before it did."""
    named = survey.waves is None or wave in survey.waves
    return named or wave in _waves_of(session, survey.id)


def kept_sums(session: Session, survey_id: UUID, wave: str | None) -> Sums:
    """Give the sums of all answers to a survey, or of one wave."""
    kept = _waves_of(session, survey_id)
    return total(kept.values()) if wave is None else kept.get(wave, Sums())


def _waves_of(session: Session, survey_id: UUID) -> dict[str, Sums]:
    return _by_wave(repository.wave_sums(session, [survey_id]), survey_id)


def _by_wave(kept: Mapping[_Place, WaveSums], survey_id: UUID) -> dict[str, Sums]:
    places = sorted(place for place in kept if place[0] == survey_id)
    return {place[1]: _sums(kept[place]) for place in places}


def _sums(row: WaveSums) -> Sums:
    return Sums(n=row.n, total=row.total, squares=row.squares)


def _answer(event: ResponseSubmitted, items: Sequence[Item], zone: ZoneInfo) -> CodedAnswer:
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
    found = response_index(answers, items)
    return (found.index, found.n) if found else (Decimal(0), 0)


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
