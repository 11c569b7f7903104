"""Bulk upsert of responses: a submission creates a response, updates it or leaves it unchanged."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.survey.customers.customer.domain import ExternalKey
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
    """The result of an upsert: for each outcome, the stored responses by submission key.

    A submission without an outcome has the external id of another respondent's response, and is not
    stored.
    """

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

    The submissions must have distinct keys and distinct external ids. If there is a response of the
    same submission, of the same customer under another external key, or with the same external id,
    and its answers differ, the submission becomes the next version of that response.
    """
    customer_ids = customers_of(session, submissions)
    first_submissions, repeated = _split_at_first_of_customer(submissions, customer_ids)
    fields = {
        s.key: response_fields(s, checker, wave, customer_ids[s.key]) for s in first_submissions
    }
    created, found = _insert_or_find(session, wave, fields, customer_ids)
    existing = _first_of_each_response(found)
    repeated += [s for s in first_submissions if s.key in found.keys() - existing.keys()]
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

    An unknown customer, a missing time and a missing external id are left out, so that they do not
    replace stored values.
    """
    coded, open_answers = checker.split(submission.answers)
    respondent_system, respondent_id = submission.respondent or (None, None)
    external_system, external_id = submission.external_id or (None, None)
    optional = {
        "customer_id": customer_id,
        "submitted_at": submission.submitted_at,
        "external_system": external_system,
        "external_id": external_id,
    }
    return {
        "identity": identity_of_customer(wave, customer_id) if customer_id else submission.key,
        "respondent_system": respondent_system,
        "respondent_id": respondent_id,
        "channel": submission.channel,
        "answers": coded,
        "open_answers": open_answers,
        **{name: value for name, value in optional.items() if value is not None},
    }


def find_existing_for_change(
    session: Session,
    wave: Wave,
    fields: Mapping[UUID, Row],
    customer_ids: Mapping[UUID, UUID | None],
) -> dict[UUID, list[Response]]:
    """Lock and return the stored responses to which submissions belong, by submission key.

    `fields` has the values of `response_fields` by submission key, `customer_ids` the customer ids.
    A submission belongs to the response whose identity is its key or, if there is none, to the
    response of its customer to the wave; and to the response with its external id. These are two
    responses if the external id is that of another respondent's response.
    """
    known_ids = {customer_id for key in fields if (customer_id := customer_ids[key])}
    external_ids = {key: _external_id(row) for key, row in fields.items()}
    rows = repository.existing_for_change(
        session,
        wave,
        identities=fields.keys(),
        customer_ids=known_ids,
        external_ids={external_id for external_id in external_ids.values() if external_id},
    )
    by_identity = {row.identity: row for row in rows}
    by_customer: dict[UUID | None, Response] = {
        row.customer_id: row for row in rows if row.customer_id in known_ids
    }
    by_external_id = {(row.external_system, row.external_id): row for row in rows}
    existing = {}
    for key, external_id in external_ids.items():
        of_respondent = by_identity.get(key) or by_customer.get(customer_ids[key])
        same_id = by_external_id.get(external_id) if external_id else None
        existing[key] = list(dict.fromkeys(row for row in (of_respondent, same_id) if row))
    return existing


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
        "external_system": None,
        "external_id": None,
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
    locked. A submission with the external id of another respondent's response is in neither. If
    another transaction inserts a response between the first SELECT and the INSERT, a second SELECT
    finds it.
    """
    found = find_existing_for_change(session, wave, fields, customer_ids)
    missing = {key: columns for key, columns in fields.items() if not found[key]}
    created = insert_new(session, wave, missing)
    inserted_by_others = {key: fields[key] for key in missing.keys() - created.keys()}
    found |= find_existing_for_change(session, wave, inserted_by_others, customer_ids)
    existing = {
        key: responses[0]
        for key, responses in found.items()
        if len(responses) == 1 and _may_change(responses[0], key, fields[key])
    }
    return created, existing


def _first_of_each_response(existing: Mapping[UUID, Response]) -> dict[UUID, Response]:
    """Return the first submission of each response, with the response."""
    keys: dict[UUID, UUID] = {}
    for key, response in existing.items():
        keys.setdefault(response.id, key)
    return {key: existing[key] for key in keys.values()}


def _insert_without_conflict(session: Session, rows: Sequence[Row]) -> set[UUID]:
    """Insert the rows whose identity does not exist yet; return the inserted identities."""
    table = Response.__table__
    statement = dialect_insert(session, table).on_conflict_do_nothing()
    return set(session.scalars(statement.returning(table.c.identity), rows))


def _external_id(fields: Row) -> ExternalKey | None:
    """Return the external id of a response from its columns; None if it has none."""
    return (fields["external_system"], fields["external_id"]) if "external_id" in fields else None


def _is_anonymous(response: Response) -> bool:
    """Return whether a stored response has no respondent."""
    return response.respondent_id is None and response.customer_id is None


def _may_change(response: Response, key: UUID, fields: Row) -> bool:
    """Return whether a submission may change a stored response: not one of another respondent."""
    respondent = fields["respondent_system"], fields["respondent_id"]
    customer_id = fields.get("customer_id")
    return (
        _is_anonymous(response)
        or fields["respondent_id"] is None
        or response.identity == key
        or (response.respondent_system, response.respondent_id) == respondent
        or (customer_id is not None and response.customer_id == customer_id)
    )


_OF_RESPONDENT = {"identity", "respondent_system", "respondent_id"}
"""Columns that keep the values of the first submission that has a respondent."""


def _differences(response: Response, fields: Row) -> Row:
    """Return the fields of a submission that differ from the stored response."""
    is_identified_now = _is_anonymous(response) and fields["respondent_id"] is not None
    unchangeable = set() if is_identified_now else _OF_RESPONDENT
    return {
        name: value
        for name, value in fields.items()
        if name not in unchangeable and getattr(response, name) != value
    }


def _apply_changes(response: Response, changes: Row) -> None:
    """Set the changed columns of a stored response, and raise its version."""
    for name, value in changes.items():
        setattr(response, name, value)
    response.version, response.recorded_at = response.version + 1, clock.now()
