"""Tables of questionnaires and their versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.database import Json, Moment


class Questionnaire(Model):
    """A questionnaire, whose texts and questions are in its versions.

    `newest` is the number of its newest version. `revision` is raised by every change of any of its
    versions; it is the ETag in the API.
    """

    __tablename__ = "questionnaires"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    revision: Mapped[int]
    newest: Mapped[int]
    template: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment)


class QuestionnaireVersion(Model):
    """A version of a questionnaire: a draft can be changed, a published version cannot."""

    __tablename__ = "questionnaire_versions"

    questionnaire_id: Mapped[UUID] = mapped_column(
        ForeignKey("questionnaires.id"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(100))
    published_at: Mapped[datetime | None] = mapped_column(Moment)
