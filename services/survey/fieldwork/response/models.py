"""The table of responses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.contracts.survey.response import Answer
from shared.database import Json, Moment


class Response(Model):
    """The answers of one respondent to one wave.

    `identity` is derived from the customer and the wave if the customer is known, otherwise it is
    the key of the submission; it is unique, so nobody is counted twice. `respondent_system` and
    `respondent_id` are the external key of the respondent as submitted: a customer event that
    arrives later finds the response by this key and sets `customer_id`. `external_system` and
    `external_id` are the id of the response itself in another system, such as a survey tool, by
    which it is found again. `answers` has the numbers and option codes, `open_answers` the free
    text.
    """

    __tablename__ = "responses"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "wave"], ["waves.survey_id", "waves.code"]),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    survey_id: Mapped[UUID] = mapped_column(Uuid)
    wave: Mapped[str] = mapped_column(String(40))
    identity: Mapped[UUID] = mapped_column(Uuid, unique=True)
    customer_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    respondent_system: Mapped[str | None] = mapped_column(String(100))
    respondent_id: Mapped[str | None] = mapped_column(String(100))
    external_system: Mapped[str | None] = mapped_column(String(100))
    external_id: Mapped[str | None] = mapped_column(String(100))
    channel: Mapped[str] = mapped_column(String(32))
    submitted_at: Mapped[datetime] = mapped_column(Moment)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    answers: Mapped[dict[str, Answer]] = mapped_column(Json)
    open_answers: Mapped[dict[str, str]] = mapped_column(Json)


Index("ix_responses_progress", Response.survey_id, Response.wave, Response.channel)
Index("ix_responses_listed", Response.survey_id, Response.id)
Index("ix_responses_submitted", Response.survey_id, Response.submitted_at, Response.id)
Index("ix_responses_respondent", Response.respondent_system, Response.respondent_id)
Index(
    "ix_responses_external",
    Response.survey_id,
    Response.external_system,
    Response.external_id,
    Response.wave,
    unique=True,
)
