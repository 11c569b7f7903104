"""Events of responses: coded answers are facts; open answers are state, which can be erased."""

from collections.abc import Iterable

from shared.contracts.survey.response import ResponseState, ResponseSubmitted
from shared.database import Row


def events_for(rows: Iterable[Row]) -> list[ResponseSubmitted | ResponseState]:
    """Return the events of created and updated responses.

    The state is left out for a new response without open answers. An updated one without open
    answers may have had some before, so its state is published.
    """
    rows = list(rows)
    with_state = [row for row in rows if row["open_answers"] or row["version"] > 1]
    return [*map(response_submitted, rows), *map(response_state, with_state)]


def response_submitted(row: Row) -> ResponseSubmitted:
    """Return the event with the coded answers, and the customer if known."""
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


def response_state(row: Row) -> ResponseState:
    """Return the state with the open answers."""
    return ResponseState(
        response_id=row["id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        survey_id=row["survey_id"],
        wave=row["wave"],
        open_answers=row["open_answers"],
    )
