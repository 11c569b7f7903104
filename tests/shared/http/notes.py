"""An example service of notes for the tests of shared/http, built like the real services."""

from datetime import datetime
from threading import Event
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Query, UploadFile
from pydantic import Field
from sqlalchemy import ForeignKey, Index, String, exists, select
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column
from starlette.responses import Response

from shared import database
from shared.clock import now
from shared.commands import main
from shared.database import new_metadata, sorted_text
from shared.errors import Conflict
from shared.http.answers import errors, json_response
from shared.http.app import create_app as create_shared_app
from shared.http.dependencies import Caller, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, answer_page
from shared.http.ranges import time_range
from shared.http.routing import Router
from shared.http.schemas import Body, FacetedPage, Filter, Moment, Name
from shared.ids import new_id
from shared.service import Service
from tests.shared.backend import NotesSettings


class Model(DeclarativeBase):
    """The base of the tables of notes."""

    metadata = new_metadata()


class Note(Model):
    """A note; at the commit the database checks that the note `reply_to` exists."""

    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sorted_text(200), unique=True)
    kind: Mapped[str | None] = mapped_column(String(20))
    is_pinned: Mapped[bool] = mapped_column(default=False)
    reply_to: Mapped[UUID | None] = mapped_column(
        ForeignKey("notes.id", deferrable=True, initially="DEFERRED")
    )
    written_at: Mapped[datetime] = mapped_column(database.Moment)


Index("ix_notes_kind_title", Note.kind, Note.title, Note.id)


class NoteCreate(Body):
    """The fields of a note to create."""

    title: Name
    kind: Name | None = None
    reply_to: UUID | None = None


class NoteOut(Body):
    """A note as responses show it."""

    id: UUID
    title: str
    kind: str | None = None


class NotePage(FacetedPage[NoteOut]):
    """A page of notes."""


class NoteFilter(Filter):
    """Filters of the list of notes."""

    title: str | None = Field(None, max_length=9, description="The note with this title.")
    kind: str | None = Field(None, description="Notes of this kind.")
    reply: str | None = Field(None, description="Notes with a reply of this title.")
    is_pinned: bool | None = Field(None, alias="pinned", description="Whether it is pinned.")
    words: str | None = Field(None, description="Notes whose title is one of these words.")
    written_from: Moment | None = Field(None, description="Notes written at this time or later.")
    written_before: Moment | None = Field(None, description="Notes written before this time.")


REPLY = aliased(Note)
NOTES = Listing(
    id=Note.id,
    sorts={
        "id": [Note.id],
        "title": [Note.title, Note.id],
        "written_at": [Note.written_at, Note.id],
    },
    default="id",
    columns={"title": Note.title, "kind": Note.kind, "pinned": Note.is_pinned},
    filters={
        "words": lambda words: Note.title.in_(words.split()),
        "reply": lambda title: Note.id.in_(select(REPLY.reply_to).where(REPLY.title == title)),
    },
    without={"reply": ~exists().where(REPLY.reply_to == Note.id)},
    ranges=[time_range("written", Note.written_at)],
    facets=("kind", "pinned"),
)
"""The list of notes."""


class Gate:
    """A gate at which a test makes requests wait inside their transaction."""

    def __init__(self) -> None:
        self.inside, self.open = Event(), Event()
        self.open.set()

    def pass_through(self) -> None:
        """Signal that a request is inside, and wait until the gate is open."""
        self.inside.set()
        self.open.wait(20)


GATE = Gate()
"""The gate that every request to write a note passes before its commit."""
router = Router(prefix="notes", tag="notes", about="Notes.")


@router.post("", status_code=201, response_model=NoteOut, responses=errors(409))
def write_note(body: NoteCreate, once: Once, session: Transaction, caller: Caller) -> Response:
    """Write a note."""
    assert caller.subject

    def write() -> Response:
        if body.title == "refused":
            raise Conflict
        note = Note(id=new_id(), written_at=now(), **body.model_dump())
        session.add(note)
        session.flush()
        GATE.pass_through()
        location = f"/v1/notes/{note.id}"
        return json_response(NoteOut.model_validate(note), status=201, location=location, version=1)

    return once(write)


@router.post("/pictures", status_code=201, response_model=NoteOut, responses=errors())
def hang_picture(once: Once, picture: UploadFile | None = None) -> Response:
    """Answer with the text of an uploaded picture as the title of a note; nothing is stored."""
    content = "" if picture is None else picture.file.read().decode()
    return once(
        lambda: json_response(NoteOut(id=new_id(), title=content), status=201),
        form_content=lambda: content,
    )


def list_router() -> Router:
    """Return a new router with the list of notes."""
    lists = Router(prefix="notes", tag="notes", about="Notes.")

    @lists.get("", response_model=NotePage, responses=errors())
    def list_notes(
        session: Reading,
        paging: Annotated[PageRequest, paged_by(NOTES, NotePage)],
        filters: Annotated[NoteFilter, Query()],
    ) -> Response:
        """List notes."""
        notes = NOTES.page(session, select(Note), paging=paging, filters=filters)
        return answer_page(NotePage, NoteOut.model_validate, notes, paging)

    return lists


def create_app(settings: NotesSettings) -> FastAPI:
    """Create the app of notes."""
    return create_shared_app(
        settings, title="Notes", description="For tests.", routers=[router, list_router()]
    )


SERVICE = Service(settings=NotesSettings, create_app=create_app)

if __name__ == "__main__":
    main(SERVICE)
