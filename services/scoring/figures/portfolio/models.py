"""The database table of snapshots, which are stored ABC tables and loyalty ladders."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Json, Moment


class Snapshot(Model):
    """The stored response body of an ABC table or a loyalty ladder for the day `as_of`.

    `name` is "ladder", or "abc.<method>.<basis>" such as "abc.count.profit". The method says how
    customers are divided into classes: by their count or by their share of the total value. The
    basis says which amount is a customer's value: revenue or profit.
    """

    __tablename__ = "snapshots"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    as_of: Mapped[date] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
