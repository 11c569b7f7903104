"""Tables of surveys, of responses, and of the sums from which an index is computed."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Exact, Json


class Survey(Model):
    """A survey with its satisfaction items.

    `version` is None until the survey's own event arrives, as long as only responses named it.
    `waves` are the codes of its waves; it is None if the survey was stored by a release without
    this column. `estimates` is the number of times its index was published.
    """

    __tablename__ = "surveys"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int | None]
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    waves: Mapped[list[str] | None] = mapped_column(Json)
    estimates: Mapped[int]


class ResponseVersion(Model):
    """A version of a response to a survey; `answers` has the answers by item code.

    `score` is the satisfaction index of the response, computed from its `size` answered
    satisfaction items; if `size` is 0, the response has no index. `current` marks the highest
    version of a response, the only one that is part of the survey's index.
    """

    __tablename__ = "answers"

    response_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(Uuid)
    wave: Mapped[str] = mapped_column(String(100))
    customer_id: Mapped[UUID | None] = mapped_column(Uuid)
    submitted_on: Mapped[date]
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    current: Mapped[bool]
    score: Mapped[Decimal] = mapped_column(Exact)
    size: Mapped[int]


Index("ix_answers_survey_id_wave", ResponseVersion.survey_id, ResponseVersion.wave)


class WaveSums(Model):
    """The exact number, sum and sum of squares of the indices of all responses in a wave."""

    __tablename__ = "wave_sums"

    survey_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave: Mapped[str] = mapped_column(String(100), primary_key=True)
    n: Mapped[int]
    total: Mapped[Decimal] = mapped_column(Exact)
    squares: Mapped[Decimal] = mapped_column(Exact)
