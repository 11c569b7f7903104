"""The table of colleagues: the users and teams to whom customers are assigned."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models import Model


class Colleague(Model):
    """A user or team of the gateway, or a name that an earlier release stored with customers.

    `kind` is a `ColleagueKind`. `version` is that of the gateway, and 0 for a name of an earlier
    release until the gateway publishes the user or team. `id` is a text, as the owner and team of a
    customer are. `search_name` is the name as `search_name` in `domain.py` returns it.
    """

    __tablename__ = "colleagues"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    search_name: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool]


Index("ix_colleagues_search_name", Colleague.search_name)
