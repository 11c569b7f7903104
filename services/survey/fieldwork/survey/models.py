"""Tables of surveys, of their waves, and of the secret that signs the links to their pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.database import Json, Moment


class Survey(Model):
    """A survey. Every change of the survey or of its waves raises `version`.

    `items` is the item catalogue of the survey: a description of the items of all its waves.
    """

    __tablename__ = "surveys"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10))
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(100))
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class Wave(Model):
    """A wave (round, 调研批次) of a survey, which asks one version of a questionnaire.

    `target` is the number of responses that the company aims for.
    """

    __tablename__ = "waves"
    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"))
    code: Mapped[str] = mapped_column(String(40))
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaires.id"))
    questionnaire_version: Mapped[int]
    target: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class LinkKey(Model):
    """The secret that signs the public links of waves: one row with id 1.

    A migration inserts it.
    """

    __tablename__ = "link_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
