"""What is told of a response: coded answers as facts, open ones as state, which can be erased."""

from services.survey.fieldwork.response.models import Row
from shared.contracts.survey.response import ResponseState, ResponseSubmitted


def submitted(row: Row) -> ResponseSubmitted:
    """Tell the coded answers, and whose they are as far as that is known."""
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


def state(row: Row) -> ResponseState:
    """Tell the open answers."""
    return ResponseState(
        response_id=row["id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        survey_id=row["survey_id"],
        wave=row["wave"],
        open_answers=row["open_answers"],
    )
