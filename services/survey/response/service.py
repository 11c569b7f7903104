"""Use cases of responses: submit one, submit many, and know whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

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
from shared.database import upserting
from shared.errors import Conflict, Fault, Invalid, existing
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

    def __or__(self, more: "Kept") -> "Kept":
        return Kept(
            self.created | more.created,
            self.updated | more.updated,
            self.unchanged | more.unchanged,
        )


def open_for_answers(session: Session, *, survey_id: UUID, wave: str | None) -> Wave:
    """Find the wave that answers go to: the one named, or the only one that is open."""
    survey = existing(surveys.survey(session, survey_id), UNKNOWN)
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
    kept = submit_responses(session, wave=chosen, sheet=sheet, submissions=[submission])
    if submission.identity not in kept.created:
        raise _answered()
    return Response(**kept.created[submission.identity])


def submit_responses(
    session: Session, *, wave: Wave, sheet: Sheet, submissions: Sequence[Submission]
) -> Kept:
    """Keep many responses of a wave, each identity once.

    A submission that is there already with other answers becomes its next version; so does one of
    a customer who has answered under another name.
    """
    known = customers.find_or_await(session, [s.respondent for s in submissions if s.respondent])
    whose = {s.identity: _customer_of(s, known) for s in submissions}
    once, again = _parted(submissions, whose)
    written = {s.identity: _written(s, sheet, wave, whose[s.identity]) for s in once}
    before = _before(session, wave, {identity: whose[identity] for identity in written})
    created = _insert(session, wave, {i: v for i, v in written.items() if i not in before})
    raced = {i: whose[i] for i in written.keys() - before.keys() - created.keys()}
    before |= _before(session, wave, raced)
    updated = {i: row for i, row in before.items() if _change(row, written[i])}
    session.flush()
    _tell(session, [*created.values(), *(_columns(row) for row in updated.values())])
    kept = Kept(created, updated, {i: row for i, row in before.items() if i not in updated})
    if again:
        kept |= submit_responses(session, wave=wave, sheet=sheet, submissions=again)
    return kept


def _customer_of(submission: Submission, known: Mapping[Pair, UUID]) -> UUID | None:
    if submission.customer_id or not submission.respondent:
        return submission.customer_id
    return known.get(submission.respondent)


def _parted(
    submissions: Sequence[Submission], whose: Mapping[UUID, UUID | None]
) -> tuple[list[Submission], list[Submission]]:
    """Part off what a customer submits again under another of their names."""
    once: list[Submission] = []
    again: list[Submission] = []
    seen: set[UUID | None] = set()
    for submission in submissions:
        customer = whose[submission.identity]
        (again if customer in seen else once).append(submission)
        seen |= {customer} - {None}
    return once, again


def _before(
    session: Session, wave: Wave, whose: Mapping[UUID, UUID | None]
) -> dict[UUID, Response]:
    """Find and lock what is kept already: the same submission, or another of its customer's."""
    named = {customer for customer in whose.values() if customer}
    rows = repository.same_for_change(session, wave, identities=whose, customers=named)
    by_identity = {row.identity: row for row in rows}
    by_customer: dict[UUID | None, Response] = {
        row.customer_id: row for row in rows if row.customer_id in named
    }
    found = {i: by_identity.get(i) or by_customer.get(customer) for i, customer in whose.items()}
    return {identity: row for identity, row in found.items() if row}


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
        return _of_customer(wave, customer_id)
    return new_id()


def _of_customer(wave: Wave, customer_id: UUID) -> UUID:
    return identity_of(wave.id, "customer", str(customer_id))


def _answered() -> Conflict:
    return Conflict(detail="This respondent has answered this wave.", code="already_answered")


def _check(reading: Reading, submitted_at: datetime | None) -> None:
    faults = [Fault(f"/answers{r.pointer}", r.code, say(r)) for r in reading.refusals]
    if submitted_at is not None and submitted_at > clock.now() + AHEAD:
        faults.append(Fault("/submitted_at", "in_future", "Give a time that has been."))
    if faults:
        raise Invalid(*faults, detail="Some answers cannot be taken.")


def _written(submission: Submission, sheet: Sheet, wave: Wave, customer_id: UUID | None) -> Columns:
    """Give the columns that a submission states; a customer who is known has one identity."""
    coded, open_answers = sheet.part(submission.reading.answers)
    system, external_id = submission.respondent or (None, None)
    stated = {
        "customer_id": customer_id,
        "submitted_at": submission.submitted_at,
    }
    return {
        "identity": _of_customer(wave, customer_id) if customer_id else submission.identity,
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
    rows = {
        identity: {"id": new_id(), "submitted_at": moment, **common, **columns}
        for identity, columns in written.items()
    }
    try:
        with session.begin_nested():
            insert_rows(session, Response.__table__, list(rows.values()))
    except IntegrityError:
        inserted = _insert_slowly(session, list(rows.values()))
        return {i: row for i, row in rows.items() if row["identity"] in inserted}
    return rows


def _insert_slowly(session: Session, rows: Sequence[Columns]) -> set[UUID]:
    """Insert what somebody else has not inserted since we looked; tell the identities."""
    table = Response.__table__
    statement = upserting(session, table).on_conflict_do_nothing()
    return set(session.scalars(statement.returning(table.c.identity), rows))


_NAMES = {"identity", "respondent_system", "respondent_id"}
"""What a response keeps of its first submission, whatever its customer is called in a later."""


def _change(row: Response, written: Mapping[str, Any]) -> bool:
    """Make a kept response say this; tell whether that changed anything."""
    said = {name: value for name, value in written.items() if name not in _NAMES}
    changes = {name: value for name, value in said.items() if getattr(row, name) != value}
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
