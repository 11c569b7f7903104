"""Bulk upsert of responses: a submission creates a response, updates it or leaves it unchanged."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.survey.fieldwork.response import events, repository
from services.survey.fieldwork.response.domain import AnswerChecker, Submission
from services.survey.fieldwork.response.identity import customers_of, identity_of_customer
from services.survey.fieldwork.response.models import Response
from services.survey.fieldwork.survey.models import Wave
from shared import clock
from shared.bulk import insert_rows
from shared.database import Row, dialect_insert, row_of
from shared.ids import new_id
from shared.messaging import outbox

_MIN_ROWS_TO_COPY = 20
"""Number of rows from which a COPY is tried first: it is faster, but fails at any conflict."""


@dataclass(frozen=True, slots=True)
class UpsertedResponses:
    """The result of an upsert: for each outcome, the stored responses by submission key."""

    created: dict[UUID, Row]
    updated: dict[UUID, Response]
    unchanged: dict[UUID, Response]

    def __or__(self, other: "UpsertedResponses") -> "UpsertedResponses":
        return UpsertedResponses(
            self.created | other.created,
            self.updated | other.updated,
            self.unchanged | other.unchanged,
        )


def upsert_responses(
    session: Session, *, wave: Wave, checker: AnswerChecker, submissions: Sequence[Submission]
) -> UpsertedResponses:
    """Store the submissions to a wave, and record the events of created and updated responses.

    The submissions must have distinct keys. If there is a response of the same submission, or of
    the same customer under another external key, and its answers differ, the submission becomes the
    next version of that response.
    """
    customer_ids = customers_of(session, submissions)
    first_submissions, repeated = _split_at_first_of_customer(submissions, customer_ids)
    fields = {
        s.key: response_fields(s, checker, wave, customer_ids[s.key]) for s in first_submissions
    }
    created, existing = _insert_or_find(session, wave, fields, customer_ids)
    changes = {key: _differences(response, fields[key]) for key, response in existing.items()}
    updated = {key: response for key, response in existing.items() if changes[key]}
    for key, response in updated.items():
        _apply_changes(response, changes[key])
    session.flush()
    changed = [*created.values(), *map(row_of, updated.values())]
    outbox.record_all(session, events.events_for(changed))
    unchanged = {key: response for key, response in existing.items() if not changes[key]}
    result = UpsertedResponses(created, updated, unchanged)
    if repeated:
        result |= upsert_responses(session, wave=wave, checker=checker, submissions=repeated)
    return result


def insert_response(
    session: Session, *, wave: Wave, checker: AnswerChecker, submission: Submission
) -> UpsertedResponses:
    """Store a submission and record its events, unless there is a response to which it belongs.

    The result has either the created response or the existing one, which is locked but unchanged.
    """
    customer_ids = customers_of(session, [submission])
    fields = response_fields(submission, checker, wave, customer_ids[submission.key])
    created, existing = _insert_or_find(session, wave, {submission.key: fields}, customer_ids)
    outbox.record_all(session, events.events_for(created.values()))
    return UpsertedResponses(created, {}, existing)


def response_fields(
    submission: Submission, checker: AnswerChecker, wave: Wave, customer_id: UUID | None
) -> Row:
    """Return the values of a response's columns that follow from its submission.

    An unknown customer and a missing time are left out, so that they do not replace stored values.
    """
    coded, open_answers = checker.split(submission.answers)
    system, external_id = submission.respondent or (None, None)
    optional = {
        "customer_id": customer_id,
        "submitted_at": submission.submitted_at,
    }
    return {
        "identity": identity_of_customer(wave, customer_id) if customer_id else submission.key,
        "respondent_system": system,
        "respondent_id": external_id,
        "channel": submission.channel,
        "answers": coded,
        "open_answers": open_answers,
        **{name: value for name, value in optional.items() if value is not None},
    }


def find_existing_for_change(
    session: Session, wave: Wave, customer_ids: Mapping[UUID, UUID | None]
) -> dict[UUID, Response]:
    """Lock and return the stored responses of submissions to a wave, by submission key.

    `customer_ids` has the customer id of each submission, by the submission's key. A submission's
    response is the response whose identity is the key or, if there is none, the response of the
    submission's customer to the wave. Submissions without a response are left out.
    """
    known_ids = {customer_id for customer_id in customer_ids.values() if customer_id}
    rows = repository.existing_for_change(
        session, wave, identities=customer_ids.keys(), customer_ids=known_ids
    )
    by_identity = {row.identity: row for row in rows}
    by_customer: dict[UUID | None, Response] = {
        row.customer_id: row for row in rows if row.customer_id in known_ids
    }
    responses = {
        key: by_identity.get(key) or by_customer.get(customer_ids[key]) for key in customer_ids
    }
    return {key: response for key, response in responses.items() if response}


def insert_new(session: Session, wave: Wave, fields: Mapping[UUID, Row]) -> dict[UUID, Row]:
    """Insert responses; return the inserted rows by submission key.

    `fields` has the values of `response_fields` by submission key. A response that another
    transaction has inserted meanwhile is left out.
    """
    if not fields:
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
        for key, columns in fields.items()
    }
    if len(rows) >= _MIN_ROWS_TO_COPY:
        # A row that exists already rolls the whole COPY back to the savepoint. The INSERT below
        # then skips such rows.
        with suppress(IntegrityError), session.begin_nested():
            insert_rows(session, Response.__table__, list(rows.values()))
            return rows
    inserted_identities = _insert_without_conflict(session, list(rows.values()))
    return {key: row for key, row in rows.items() if row["identity"] in inserted_identities}


def _split_at_first_of_customer(
    submissions: Sequence[Submission], customer_ids: Mapping[UUID, UUID | None]
) -> tuple[list[Submission], list[Submission]]:
    """Return the first submission of each customer, and the repeated submissions of customers.

    A customer occurs twice if the customer has two external keys. All submissions without a known
    customer belong to the first list.
    """
    first_submissions: list[Submission] = []
    repeated: list[Submission] = []
    seen_customers: set[UUID | None] = set()
    for submission in submissions:
        customer_id = customer_ids[submission.key]
        (repeated if customer_id in seen_customers else first_submissions).append(submission)
        seen_customers |= {customer_id} - {None}
    return first_submissions, repeated


def _insert_or_find(
    session: Session,
    wave: Wave,
    fields: Mapping[UUID, Row],
    customer_ids: Mapping[UUID, UUID | None],
) -> tuple[dict[UUID, Row], dict[UUID, Response]]:
    """Insert the responses that do not exist yet; return the inserted rows and the existing rows.

    Inserted and existing rows are returned as dicts by submission key; the existing rows are
    locked. If another transaction inserts a response between the first SELECT and the INSERT, a
    second SELECT finds it.
    """
    existing = find_existing_for_change(session, wave, {key: customer_ids[key] for key in fields})
    missing = {key: columns for key, columns in fields.items() if key not in existing}
    created = insert_new(session, wave, missing)
    inserted_by_others = {key: customer_ids[key] for key in missing.keys() - created.keys()}
    return created, existing | find_existing_for_change(session, wave, inserted_by_others)


def _insert_without_conflict(session: Session, rows: Sequence[Row]) -> set[UUID]:
    """Insert the rows whose identity does not exist yet; return the inserted identities."""
    table = Response.__table__
    statement = dialect_insert(session, table).on_conflict_do_nothing()
    return set(session.scalars(statement.returning(table.c.identity), rows))


_UNCHANGEABLE = {"identity", "respondent_system", "respondent_id"}
"""Columns that keep the values of the first submission when a later submission has others."""


def _differences(response: Response, fields: Row) -> Row:
    """Return the fields of a submission that differ from the stored response."""
    return {
        name: value
        for name, value in fields.items()
        if name not in _UNCHANGEABLE and getattr(response, name) != value
    }


def _apply_changes(response: Response, changes: Row) -> None:
    """Set the changed columns of a stored response, and raise its version."""
    for name, value in changes.items():
        setattr(response, name, value)
    response.version, response.recorded_at = response.version + 1, clock.now()
