"""Events of responses: pure functions from a row to the events that are published.

Coded answers (numbers and option codes) are published in the event `response.submitted`. Open
answers (free text) may contain personal data, so they are published in `response.state`, on a
compacted topic from which they can be erased.
"""

from collections.abc import Iterable

from shared.contracts.survey.response import ResponseState, ResponseSubmitted
from shared.database import Row


def events_for(rows: Iterable[Row]) -> list[ResponseSubmitted | ResponseState]:
    """Return the events about these rows of created and updated responses.

    A new response without open answers has no state. For an updated response the state is always
    published, because an earlier version may have had open answers.
    """
    rows = list(rows)
    rows_with_state = [row for row in rows if row["open_answers"] or row["version"] > 1]
    return [*map(response_submitted, rows), *map(response_state, rows_with_state)]


def response_submitted(row: Row) -> ResponseSubmitted:
    """Return the event with a response's coded answers, and its customer if known."""
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
    """Return the state event, which contains a response's open (free-text) answers."""
    return ResponseState(
        response_id=row["id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        survey_id=row["survey_id"],
        wave=row["wave"],
        open_answers=row["open_answers"],
    )
