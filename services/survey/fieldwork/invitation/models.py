"""The table of invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.database import Moment


class Invitation(Model):
    """An invitation of a customer to a wave; its personal link is derived from its id.

    The customer is named like that of a response: `identity` is that of the customer's response to
    the wave, so a customer is invited once. `customer_id` is NULL until the customer is known.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "wave"], ["waves.survey_id", "waves.code"]),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int]
    survey_id: Mapped[UUID] = mapped_column(Uuid)
    wave: Mapped[str] = mapped_column(String(40))
    created_by: Mapped[str] = mapped_column(String(100))
    identity: Mapped[UUID] = mapped_column(Uuid, unique=True)
    respondent_system: Mapped[str | None] = mapped_column(String(100))
    respondent_id: Mapped[str | None] = mapped_column(String(100))
    customer_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)

    @property
    def respondent(self) -> tuple[str, str] | None:
        """Return the external key by which the customer was named, or None."""
        if self.respondent_system is None or self.respondent_id is None:
            return None
        return self.respondent_system, self.respondent_id


Index("ix_invitations_listed", Invitation.survey_id, Invitation.id)
Index("ix_invitations_respondent", Invitation.respondent_system, Invitation.respondent_id)
