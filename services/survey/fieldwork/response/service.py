"""Use cases of responses: submit one, submit many, and know whose they are."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.survey.customers.customer import repository as known_customers
from services.survey.customers.customer import service as customers
from services.survey.customers.customer.repository import Pair
from services.survey.fieldwork.response import events, repository
from services.survey.fieldwork.response.domain import Checked, Sheet, key_of
from services.survey.fieldwork.response.models import Response, Row
from services.survey.fieldwork.response.texts import say
from services.survey.fieldwork.survey import service as surveys
from services.survey.fieldwork.survey.models import Wave
from shared import clock
from shared.bulk import insert_rows
from shared.contracts.survey.response import Answer
from shared.database import dialect_insert
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import Reader, Rows

UNKNOWN = "No response that you may see has this id."

AHEAD = timedelta(days=1)
"""How far in the future a submission may lie, for clocks and zones that are off."""

_sheets: dict[tuple[UUID, int], Sheet] = {}
_MOST_SHEETS = 256

_WORTH_A_TRY = 20
"""So many are inserted at once first, as if nobody else inserted the same meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A response before it is kept; the same key is the same submission.

    Without a time of its own it was submitted when it came. The row it becomes has this key for its
    identity, unless its customer is known: then the identity is that customer's.
    """

    key: UUID
    answers: Mapping[str, Answer]
    channel: str
    submitted_at: datetime | None = None
    respondent: Pair | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of submissions, each by its key (not by the identity of its row)."""

    created: dict[UUID, Row]
    updated: dict[UUID, Response]
    unchanged: dict[UUID, Response]

    def __or__(self, more: "Kept") -> "Kept":
        return Kept(
            self.created | more.created,
            self.updated | more.updated,
            self.unchanged | more.unchanged,
        )


def submit_response(
    session: Session,
    *,
    reader: Reader,
    survey_id: UUID,
    wave: str | None,
    answers: Mapping[str, object],
    channel: str,
    submitted_at: datetime | None = None,
    respondent: Pair | None = None,
    customer_id: UUID | None = None,
) -> Response:
    """Keep one response; Invalid with a pointer at each answer that cannot be taken.

    Nobody keeps what they would not see: Invalid too where the reader may not see who answered.
    """
    chosen = surveys.open_for_answers(session, survey_id=survey_id, wave=wave)
    _check_sight(session, reader, respondent, customer_id)
    sheet = sheet_of(session, chosen)
    checked = sheet.check(answers)
    _check(checked, submitted_at)
    submission = Submission(
        key=_key(chosen, respondent, customer_id),
        answers=checked.answers,
        channel=channel,
        submitted_at=submitted_at,
        respondent=respondent,
        customer_id=customer_id,
    )
    whose = _customers_of(session, [submission])
    created = {}
    if not _before(session, chosen, whose):
        row = _row(submission, sheet, chosen, whose[submission.key])
        created = _insert(session, chosen, {submission.key: row})
    if not created:
        raise Conflict(detail="This respondent has answered this wave.", code="already_answered")
    _tell(session, list(created.values()))
    return Response(**created[submission.key])


def sheet_of(session: Session, wave: Wave) -> Sheet:
    """Give the checks of what a wave asks: made once, for a published version never changes."""
    version = wave.questionnaire_id, wave.questionnaire_version
    sheet = _sheets.get(version)
    if sheet is None:
        sheet = Sheet(surveys.questionnaire_of(session, wave).items)
        if len(_sheets) >= _MOST_SHEETS:
            _sheets.clear()
        _sheets[version] = sheet
    return sheet


def submit_responses(
    session: Session, *, wave: Wave, sheet: Sheet, submissions: Sequence[Submission]
) -> Kept:
    """Keep many responses of a wave, each key once.

    A submission that is there already with other answers becomes its next version; so does one of
    a customer who has answered under another name.
    """
    whose = _customers_of(session, submissions)
    once, again = _parted(submissions, whose)
    rows = {s.key: _row(s, sheet, wave, whose[s.key]) for s in once}
    created, before = _insert_or_find(session, wave, rows, whose)
    changes = {key: _differences(response, rows[key]) for key, response in before.items()}
    updated = {key: response for key, response in before.items() if changes[key]}
    for key, response in updated.items():
        _change(response, changes[key])
    session.flush()
    _tell(session, [*created.values(), *(_columns(row) for row in updated.values())])
    unchanged = {key: response for key, response in before.items() if not changes[key]}
    kept = Kept(created, updated, unchanged)
    if again:
        kept |= submit_responses(session, wave=wave, sheet=sheet, submissions=again)
    return kept


def _insert_or_find(
    session: Session, wave: Wave, rows: Mapping[UUID, Row], whose: Mapping[UUID, UUID | None]
) -> tuple[dict[UUID, Row], dict[UUID, Response]]:
    """Insert what is not there; give that, and what was there, also if only since we looked."""
    before = _before(session, wave, {key: whose[key] for key in rows})
    created = _insert(session, wave, {key: row for key, row in rows.items() if key not in before})
    raced = {key: whose[key] for key in rows.keys() - before.keys() - created.keys()}
    return created, before | _before(session, wave, raced)


def _customers_of(session: Session, submissions: Sequence[Submission]) -> dict[UUID, UUID | None]:
    """Tell by key whose submissions these are, as far as that is known."""
    known = customers.find_or_await(session, [s.respondent for s in submissions if s.respondent])
    return {
        s.key: s.customer_id or (known.get(s.respondent) if s.respondent else None)
        for s in submissions
    }


def _parted(
    submissions: Sequence[Submission], whose: Mapping[UUID, UUID | None]
) -> tuple[list[Submission], list[Submission]]:
    """Part off what a customer submits again under another of their names."""
    once: list[Submission] = []
    again: list[Submission] = []
    seen: set[UUID | None] = set()
    for submission in submissions:
        customer = whose[submission.key]
        (again if customer in seen else once).append(submission)
        seen |= {customer} - {None}
    return once, again


def _before(
    session: Session, wave: Wave, whose: Mapping[UUID, UUID | None]
) -> dict[UUID, Response]:
    """Find and lock what is kept already: the same submission, or another of its customer's."""
    named = {customer for customer in whose.values() if customer}
    rows = repository.same_for_change(session, wave, identities=whose.keys(), customers=named)
    by_identity = {row.identity: row for row in rows}
    by_customer: dict[UUID | None, Response] = {
        row.customer_id: row for row in rows if row.customer_id in named
    }
    found = {key: by_identity.get(key) or by_customer.get(whose[key]) for key in whose}
    return {key: row for key, row in found.items() if row}


def identify_respondents(session: Session, found: Mapping[Pair, UUID]) -> None:
    """Say of kept responses whose they are, now that their respondents are known.

    Their states are not told again: they say the open answers, which are what they were.
    """
    if not found:
        return
    rows = repository.of_respondents_for_change(session, found)
    learnt = [row for row in rows if row.customer_id != found[_pair(row)]]
    moment = clock.now()
    for row in learnt:
        row.customer_id = found[_pair(row)]
        row.version, row.recorded_at = row.version + 1, moment
    session.flush()
    outbox.record_all(session, [events.submitted(_columns(row)) for row in learnt])


def _check_sight(
    session: Session, reader: Reader, respondent: Pair | None, customer_id: UUID | None
) -> None:
    named = respondent or customer_id
    if named is None and reader.rows is not Rows.ALL:
        message = "Name a customer that this key sees; it would not see a response of nobody."
        raise Invalid(Fault("/customer", "out_of_sight", message))
    if named is not None and not known_customers.may_be_named(session, reader, named):
        message = "Register this customer first; it is known here a moment later."
        pointer = "/customer" if respondent else "/customer_id"
        raise Invalid(Fault(pointer, "unknown_customer", message))


def _key(wave: Wave, respondent: Pair | None, customer_id: UUID | None) -> UUID:
    """Who is named answers a wave once; each response of nobody is one of its own."""
    if respondent is not None:
        return key_of(wave.id, "respondent", *respondent)
    if customer_id is not None:
        return _of_customer(wave, customer_id)
    return new_id()


def _of_customer(wave: Wave, customer_id: UUID) -> UUID:
    return key_of(wave.id, "customer", str(customer_id))


def _check(checked: Checked, submitted_at: datetime | None) -> None:
    faults = [Fault(f"/answers{r.pointer}", r.code, say(r)) for r in checked.refusals]
    if submitted_at is not None and submitted_at > clock.now() + AHEAD:
        faults.append(Fault("/submitted_at", "in_future", "Give a time that has been."))
    if faults:
        raise Invalid(*faults, detail="Some answers cannot be taken.")


def _row(submission: Submission, sheet: Sheet, wave: Wave, customer_id: UUID | None) -> Row:
    """Give the columns that a submission states; a customer who is known has one identity."""
    coded, open_answers = sheet.part(submission.answers)
    system, external_id = submission.respondent or (None, None)
    stated = {
        "customer_id": customer_id,
        "submitted_at": submission.submitted_at,
    }
    return {
        "identity": _of_customer(wave, customer_id) if customer_id else submission.key,
        "respondent_system": system,
        "respondent_id": external_id,
        "channel": submission.channel,
        "answers": coded,
        "open_answers": open_answers,
        **{name: value for name, value in stated.items() if value is not None},
    }


def _insert(session: Session, wave: Wave, stated: Mapping[UUID, Row]) -> dict[UUID, Row]:
    """Insert what nobody else has inserted meanwhile; give that."""
    if not stated:
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
        key: {"id": new_id(), "submitted_at": moment, **common, **columns}
        for key, columns in stated.items()
    }
    if len(rows) >= _WORTH_A_TRY:
        with suppress(IntegrityError), session.begin_nested():
            insert_rows(session, Response.__table__, list(rows.values()))
            return rows
    inserted = _insert_missing(session, list(rows.values()))
    return {key: row for key, row in rows.items() if row["identity"] in inserted}


def _insert_missing(session: Session, rows: Sequence[Row]) -> set[UUID]:
    """Insert what somebody else has not inserted since we looked; tell the identities."""
    table = Response.__table__
    statement = dialect_insert(session, table).on_conflict_do_nothing()
    return set(session.scalars(statement.returning(table.c.identity), rows))


_NAMES = {"identity", "respondent_system", "respondent_id"}
"""What a response keeps of its first submission, whatever its customer is called in a later."""


def _differences(row: Response, stated: Row) -> Row:
    """Tell what a submission states otherwise than the kept response does."""
    said = {name: value for name, value in stated.items() if name not in _NAMES}
    return {name: value for name, value in said.items() if getattr(row, name) != value}


def _change(row: Response, changes: Row) -> None:
    """Make this the next version of a kept response."""
    for name, value in changes.items():
        setattr(row, name, value)
    row.version, row.recorded_at = row.version + 1, clock.now()


def _columns(row: Response) -> Row:
    return {column.key: getattr(row, column.key) for column in Response.__table__.columns}


def _tell(session: Session, rows: Sequence[Row]) -> None:
    """Publish the responses, and the state of those that have open answers or may have had some."""
    with_open = [row for row in rows if row["open_answers"] or row["version"] > 1]
    told = [*map(events.submitted, rows), *map(events.state, with_open)]
    outbox.record_all(session, told)


def _pair(row: Response) -> Pair:
    return row.respondent_system or "", row.respondent_id or ""
