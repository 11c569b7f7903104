"""Tables of surveys, their coded answers, and the sums that an index needs."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Exact, Json


class Survey(Model):
    """A survey's satisfaction items; `version` is None while only answers have named the survey.

    `waves` holds the codes of its waves, None if its event came before this column. `estimates`
    counts how often its index was published.
    """

    __tablename__ = "surveys"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int | None]
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    waves: Mapped[list[str] | None] = mapped_column(Json)
    estimates: Mapped[int]


class CodedAnswer(Model):
    """The coded answers of one version of a response.

    `score` is their index, from `size` satisfaction items; with `size` 0 there is no index.
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


Index("ix_answers_survey_id_wave", CodedAnswer.survey_id, CodedAnswer.wave)


class WaveSums(Model):
    """Count, sum and sum of squares of the indices of a wave's responses, exact."""

    __tablename__ = "wave_sums"

    survey_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave: Mapped[str] = mapped_column(String(100), primary_key=True)
    n: Mapped[int]
    total: Mapped[Decimal] = mapped_column(Exact)
    squares: Mapped[Decimal] = mapped_column(Exact)
