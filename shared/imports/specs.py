"""The declaration by which a noun can be imported from files.

A noun that can be imported has a module `importing` with a constant `SPEC`, which is one of the
classes below. Whoever runs imports collects these modules and needs to know no noun by name.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from shared.files.tables import Line
from shared.imports.layout import Field, Layout


class Mode(StrEnum):
    """Which records a file may change: new and existing ones, only new or only existing ones."""

    UPSERT = "upsert"
    INSERT = "insert"
    UPDATE = "update"


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options that files of every entity have; an entity with more of them adds fields."""

    encoding: str | None = None
    mode: Mode = Mode.UPSERT

    def mode_fault(self, *, exists: bool) -> str | None:
        """Return why the mode rejects a line whose record exists or not; None if it is taken."""
        if self.mode is Mode.INSERT and exists:
            return "It is on record already, and the mode is insert."
        if self.mode is Mode.UPDATE and not exists:
            return "It is not on record, and the mode is update."
        return None


OptionsT = TypeVar("OptionsT", bound=Options)
Key = TypeVar("Key")
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not imported, and why."""

    line: Line
    faults: Sequence[str]


@dataclass(slots=True)
class ChunkResult:
    """The result of one chunk of lines.

    `outcomes` counts the imported lines by what became of their records (`UpsertResult`).
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)


class Group(NamedTuple):
    """Lines with the same key, which are one record; `is_cut` if a record may not have so many."""

    key: str
    lines: Sequence[Line]
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImport(Generic[OptionsT]):
    """The import of one file: its columns, its options, and who started it."""

    layout: Layout
    options: OptionsT
    by: str
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSpec(Generic[OptionsT]):
    """How files of one entity are imported.

    `fields` returns the fields of a line, given the zone of times without an offset. `options` has
    a field for each option of the API that such files take. Files of the entities in `refers_to`
    are imported before. `about` is a paragraph in Markdown for the description of the API.
    """

    entity: str
    fields: Callable[[ZoneInfo], Mapping[str, Field]]
    options: type[OptionsT]
    refers_to: Collection[str] = ()
    about: str = ""

    def option_names(self) -> list[str]:
        """Return the names of the options that files of the entity take."""
        return [each.name for each in fields(self.options)]

    def options_from(self, stored: Mapping[str, Any]) -> OptionsT:
        """Build the options of a file from those of its import, which may be more."""
        values = {name: stored[name] for name in self.option_names()}
        return self.options(**values | {"mode": Mode(stored["mode"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSpec(ImportSpec[OptionsT], Generic[OptionsT, Key, Record]):
    """How files are imported of which each line is a record of its own.

    Lines are imported one after the other: each finds its record as those before it left it.

    - `key` returns the key by which a line names its record; ValueError if the cell `key_field`
      names none.
    - `existing` locks and returns the existing records by these keys.
    - `main_key` returns one and the same key for all keys of a record, which is None if it does
      not exist.
    - `build` returns the record as it is after a line, given the record before it.
    - `faults` yields (field, message) for what is wrong with a record.
    - `write` stores new and changed records by their main keys, on behalf of a user.
    """

    key_field: str
    key: Callable[[Mapping[str, Any], OptionsT], Key]
    existing: Callable[[Session, Collection[Key]], Mapping[Key, Record]]
    main_key: Callable[[Key, Record | None], Key] = lambda key, _: key
    build: Callable[[Mapping[str, Any], OptionsT, Record | None], Record]
    faults: Callable[[Record], Iterable[tuple[str, str]]] = lambda _: ()
    write: Callable[[Session, Mapping[Key, Record], str], object]


class GroupWriter(Protocol):
    """The part of a noun in the import of one file whose lines are gathered by a key."""

    def scan(self, line: Line) -> None:
        """Look at a line, before any line of the file is written."""

    def write(self, session: Session, groups: Sequence[Group]) -> ChunkResult:
        """Write the records of some groups; return what became of all their lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec(ImportSpec[OptionsT]):
    """How files are imported of which several lines together are one record.

    Lines with the same text in the field `group_by` are gathered from the whole file. A group of
    more than `max_lines` comes in pieces, which `is_cut` marks. `writer` returns what writes the
    groups of one file.
    """

    group_by: str
    max_lines: int
    writer: Callable[[FileImport[OptionsT]], GroupWriter]
