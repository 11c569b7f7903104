"""Use cases of responses: submit one, submit many, and know whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.survey import dialect
from services.survey.customer import service as customers
from services.survey.customer.repository import Pair
from services.survey.questionnaire import repository as questionnaires
from services.survey.questionnaire.domain import Questionnaire, read_questionnaire
from services.survey.response import repository
from services.survey.response.domain import Reading, Sheet, identity_of
from services.survey.response.models import Response
from services.survey.response.texts import say
from services.survey.survey import repository as surveys
from services.survey.survey.domain import State
from services.survey.survey.models import Survey, Wave
from services.survey.survey.service import UNKNOWN, wave_of
from shared import clock
from shared.bulk import insert_rows
from shared.contracts.survey import ResponseState, ResponseSubmitted
from shared.errors import Conflict, Fault, Invalid, NotFound
from shared.ids import new_id
from shared.messaging import outbox

Columns = dict[str, Any]
"""A response by column, before or instead of being an object: files bring tens of thousands."""

AHEAD = timedelta(days=1)
"""How far in the future a submission may lie, for clocks and zones that are off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A response before it is kept; the same identity is the same submission.

    Without a time of its own it was submitted when it came.
    """

    identity: UUID
    reading: Reading
    channel: str
    submitted_at: datetime | None = None
    respondent: Pair | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of submissions, by identity."""

    created: dict[UUID, Columns]
    updated: dict[UUID, Response]
    unchanged: dict[UUID, Response]


def open_for_answers(session: Session, *, survey_id: UUID, wave: str | None) -> Wave:
    """Find the wave that answers go to: the one named, or the only one that is open."""
    survey = surveys.survey(session, survey_id)
    if survey is None:
        raise NotFound(detail=UNKNOWN)
    waves = surveys.waves(session, survey_id)
    chosen = wave_of(waves, wave) if wave is not None else _only_open(waves)
    check_open(survey, chosen)
    return chosen


def check_open(survey: Survey, wave: Wave) -> None:
    """Raise Conflict unless answers can come in."""
    if survey.state == State.DRAFT:
        raise Conflict(detail="Publish the survey before it is answered.", code="survey_draft")
    if survey.state == State.CLOSED:
        raise Conflict(detail="This survey is closed.", code="survey_closed")
    if wave.closed_at is not None:
        raise Conflict(detail="This wave of the survey is closed.", code="wave_closed")


def questionnaire_of(session: Session, wave: Wave) -> Questionnaire:
    """Give the questionnaire that a wave asks."""
    pinned = questionnaires.pinned(session, wave.questionnaire_id, wave.questionnaire_version)
    return read_questionnaire(pinned.document)


def submit_response(
    session: Session,
    *,
    survey_id: UUID,
    wave: str | None,
    answers: Mapping[str, object],
    channel: str,
    submitted_at: datetime | None = None,
    respondent: Pair | None = None,
    customer_id: UUID | None = None,
) -> Response:
    """Keep one response; Invalid with a pointer at each answer that cannot be taken."""
    chosen = open_for_answers(session, survey_id=survey_id, wave=wave)
    sheet = Sheet(questionnaire_of(session, chosen).items)
    reading = sheet.typed(answers)
    _check(reading, submitted_at)
    submission = Submission(
        identity=_identity(chosen, respondent, customer_id),
        reading=reading,
        channel=channel,
        submitted_at=submitted_at,
        respondent=respondent,
        customer_id=customer_id,
    )
    if repository.is_kept(session, submission.identity):
        raise _answered()
    kept = submit_responses(session, wave=chosen, sheet=sheet, submissions=[submission])
    if submission.identity not in kept.created:
        raise _answered()
    return Response(**kept.created[submission.identity])


def submit_responses(
    session: Session, *, wave: Wave, sheet: Sheet, submissions: Sequence[Submission]
) -> Kept:
    """Keep many responses of a wave, each identity once.

    A submission that is there already with other answers becomes its next version.
    """
    known = customers.find_or_await(session, [s.respondent for s in submissions if s.respondent])
    written = {s.identity: _written(s, sheet, known) for s in submissions}
    before = repository.by_identity_for_change(session, written)
    created = _insert(session, wave, {i: v for i, v in written.items() if i not in before})
    raced = written.keys() - before.keys() - created.keys()
    before |= repository.by_identity_for_change(session, raced)
    updated = {i: row for i, row in before.items() if _change(row, written[i])}
    session.flush()
    _tell(session, [*created.values(), *(_columns(row) for row in updated.values())])
    return Kept(created, updated, {i: row for i, row in before.items() if i not in updated})


def know_respondents(session: Session, found: Mapping[Pair, UUID]) -> None:
    """Say of kept responses whose they are, now that their respondents are known."""
    if not found:
        return
    rows = repository.of_respondents_for_change(session, found)
    learnt = [row for row in rows if row.customer_id != found[_pair(row)]]
    moment = clock.now()
    for row in learnt:
        row.customer_id = found[_pair(row)]
        row.version, row.recorded_at = row.version + 1, moment
    session.flush()
    outbox.record_all(session, [_submitted(_columns(row)) for row in learnt])


def _only_open(waves: list[Wave]) -> Wave:
    candidates = [wave for wave in waves if wave.closed_at is None] or waves
    if len(candidates) > 1:
        codes = ", ".join(wave.code for wave in candidates)
        raise Invalid(Fault("/wave", "required", f"Say which wave: {codes}."))
    return candidates[0]


def _identity(wave: Wave, respondent: Pair | None, customer_id: UUID | None) -> UUID:
    """Who is named answers a wave once; each response of nobody is one of its own."""
    if respondent is not None:
        return identity_of(wave.id, "respondent", *respondent)
    if customer_id is not None:
        return identity_of(wave.id, "customer", str(customer_id))
    return new_id()


def _answered() -> Conflict:
    return Conflict(detail="This respondent has answered this wave.", code="already_answered")


def _check(reading: Reading, submitted_at: datetime | None) -> None:
    faults = [Fault(f"/answers{r.pointer}", r.code, say(r)) for r in reading.refusals]
    if submitted_at is not None and submitted_at > clock.now() + AHEAD:
        faults.append(Fault("/submitted_at", "in_future", "Give a time that has been."))
    if faults:
        raise Invalid(*faults, detail="Some answers cannot be taken.")


def _written(submission: Submission, sheet: Sheet, known: Mapping[Pair, UUID]) -> Columns:
    """Give the columns that a submission states."""
    coded, open_answers = sheet.part(submission.reading.answers)
    system, external_id = submission.respondent or (None, None)
    stated = {
        "customer_id": submission.customer_id
        or (submission.respondent and known.get(submission.respondent)),
        "submitted_at": submission.submitted_at,
    }
    return {
        "identity": submission.identity,
        "respondent_system": system,
        "respondent_id": external_id,
        "channel": submission.channel,
        "answers": coded,
        "open_answers": open_answers,
        **{name: value for name, value in stated.items() if value is not None},
    }


def _insert(session: Session, wave: Wave, written: Mapping[UUID, Columns]) -> dict[UUID, Columns]:
    """Insert what nobody else has inserted meanwhile; give that."""
    if not written:
        return {}
    moment = clock.now()
    common = {
        "version": 1,
        "survey_id": wave.survey_id,
        "wave": wave.code,
        "customer_id": None,
        "recorded_at": moment,
    }
    rows = [
        {"id": new_id(), "submitted_at": moment, **common, **columns}
        for columns in written.values()
    ]
    try:
        with session.begin_nested():
            insert_rows(session, Response.__table__, rows)
    except IntegrityError:
        return _insert_slowly(session, rows)
    return {row["identity"]: row for row in rows}


def _insert_slowly(session: Session, rows: Sequence[Columns]) -> dict[UUID, Columns]:
    """Insert what somebody else has not inserted since we looked."""
    table = Response.__table__
    statement = dialect.insert(session, table).on_conflict_do_nothing()
    inserted = set(session.scalars(statement.returning(table.c.identity), rows))
    return {row["identity"]: row for row in rows if row["identity"] in inserted}


def _change(row: Response, written: Mapping[str, Any]) -> bool:
    """Make a kept response say this; tell whether that changed anything."""
    changes = {name: value for name, value in written.items() if getattr(row, name) != value}
    if not changes:
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    row.version, row.recorded_at = row.version + 1, clock.now()
    return True


def _columns(row: Response) -> Columns:
    return {column.key: getattr(row, column.key) for column in Response.__table__.columns}


def _tell(session: Session, rows: Sequence[Columns]) -> None:
    """Publish coded answers as facts; open ones, once there are any, as state: it can be erased."""
    outbox.record_all(session, [_submitted(row) for row in rows])
    had = [row for row in rows if row["open_answers"] or row["version"] > 1]
    outbox.record_all(session, [_state(row) for row in had])


def _submitted(row: Columns) -> ResponseSubmitted:
    return ResponseSubmitted(
        response_id=row["id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        survey_id=row["survey_id"],
        wave=row["wave"],
        customer_id=row["customer_id"],
        channel=row["channel"],
        submitted_at=row["submitted_at"],
        answers=row["answers"],
    )


def _state(row: Columns) -> ResponseState:
    return ResponseState(
        response_id=row["id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        survey_id=row["survey_id"],
        wave=row["wave"],
        open_answers=row["open_answers"],
    )


def _pair(row: Response) -> Pair:
    return row.respondent_system or "", row.respondent_id or ""
