"""Bulk upsert of responses: a submission creates a response, changes it or leaves it unchanged."""

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

_WORTH_COPYING = 20
"""From so many rows on, an insert without conflict handling (COPY) is tried first: it is faster."""


@dataclass(frozen=True, slots=True)
class UpsertedResponses:
    """The responses of submissions, by the key of the submission."""

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
    """Store submissions to a wave, whose keys are unique, and record the events of the changes.

    A submission with other answers than the stored response of the same submission, or of the same
    customer under another external key, becomes the next version of that response.
    """
    customer_ids = customers_of(session, submissions)
    first, repeated = _first_of_each_customer(submissions, customer_ids)
    fields = {s.key: response_fields(s, checker, wave, customer_ids[s.key]) for s in first}
    created, existing = _insert_or_find(session, wave, fields, customer_ids)
    changes = {key: _differences(response, fields[key]) for key, response in existing.items()}
    updated = {key: response for key, response in existing.items() if changes[key]}
    for key, response in updated.items():
        _change(response, changes[key])
    session.flush()
    changed = [*created.values(), *map(row_of, updated.values())]
    outbox.record_all(session, events.events_for(changed))
    unchanged = {key: response for key, response in existing.items() if not changes[key]}
    result = UpsertedResponses(created, updated, unchanged)
    if repeated:
        result |= upsert_responses(session, wave=wave, checker=checker, submissions=repeated)
    return result


def response_fields(
    submission: Submission, checker: AnswerChecker, wave: Wave, customer_id: UUID | None
) -> Row:
    """Return the columns of a response that its submission states.

    A customer or time that it does not state is left out, so that it does not replace a stored one.
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
    """Return the stored responses of these submissions by key, locked.

    `customer_ids` has the customer of each submission by its key. The response of a submission is
    the one with its key as identity, or else the response of its customer to the wave.
    """
    known = {customer_id for customer_id in customer_ids.values() if customer_id}
    rows = repository.existing_for_change(
        session, wave, identities=customer_ids.keys(), customer_ids=known
    )
    by_identity = {row.identity: row for row in rows}
    by_customer: dict[UUID | None, Response] = {
        row.customer_id: row for row in rows if row.customer_id in known
    }
    found = {
        key: by_identity.get(key) or by_customer.get(customer_ids[key]) for key in customer_ids
    }
    return {key: row for key, row in found.items() if row}


def insert_new(session: Session, wave: Wave, fields: Mapping[UUID, Row]) -> dict[UUID, Row]:
    """Insert responses with these fields, by submission key; return the rows that were inserted.

    Responses that another transaction has inserted meanwhile are left out.
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
    if len(rows) >= _WORTH_COPYING:
        # One conflict rolls all of it back to the savepoint; the insert below then skips that row.
        with suppress(IntegrityError), session.begin_nested():
            insert_rows(session, Response.__table__, list(rows.values()))
            return rows
    inserted = _insert_without_conflict(session, list(rows.values()))
    return {key: row for key, row in rows.items() if row["identity"] in inserted}


def _first_of_each_customer(
    submissions: Sequence[Submission], customer_ids: Mapping[UUID, UUID | None]
) -> tuple[list[Submission], list[Submission]]:
    """Return the submissions that can be stored together, and those of a customer seen before.

    A customer comes twice if two external keys mean the same customer.
    """
    first: list[Submission] = []
    repeated: list[Submission] = []
    seen: set[UUID | None] = set()
    for submission in submissions:
        customer_id = customer_ids[submission.key]
        (repeated if customer_id in seen else first).append(submission)
        seen |= {customer_id} - {None}
    return first, repeated


def _insert_or_find(
    session: Session,
    wave: Wave,
    fields: Mapping[UUID, Row],
    customer_ids: Mapping[UUID, UUID | None],
) -> tuple[dict[UUID, Row], dict[UUID, Response]]:
    """Insert the responses that do not exist; return them, and the existing ones, locked.

    A response that another transaction inserts after the first look is found by a second one.
    """
    existing = find_existing_for_change(session, wave, {key: customer_ids[key] for key in fields})
    missing = {key: columns for key, columns in fields.items() if key not in existing}
    created = insert_new(session, wave, missing)
    raced = {key: customer_ids[key] for key in missing.keys() - created.keys()}
    return created, existing | find_existing_for_change(session, wave, raced)


def _insert_without_conflict(session: Session, rows: Sequence[Row]) -> set[UUID]:
    """Insert the rows whose identity does not exist yet; return the identities inserted."""
    table = Response.__table__
    statement = dialect_insert(session, table).on_conflict_do_nothing()
    return set(session.scalars(statement.returning(table.c.identity), rows))


_UNCHANGEABLE = {"identity", "respondent_system", "respondent_id"}
"""Columns that stay as in the first submission, whatever external key a later one has."""


def _differences(response: Response, fields: Row) -> Row:
    """Return the fields of a submission that differ from the stored response."""
    return {
        name: value
        for name, value in fields.items()
        if name not in _UNCHANGEABLE and getattr(response, name) != value
    }


def _change(response: Response, changes: Row) -> None:
    """Set the changed columns of a stored response and raise its version."""
    for name, value in changes.items():
        setattr(response, name, value)
    response.version, response.recorded_at = response.version + 1, clock.now()
