"""Declarations of how files are imported; each is about one entity, such as orders.

The package of an entity has a module `importing` with a constant `SPEC`, an instance of
`RecordSpec` or `GroupSpec`. The service that runs imports finds these modules by their name.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy.orm import Session

from shared.errors import Fault
from shared.files.tables import Line
from shared.imports.faults import RECORD_EXISTS, RECORD_MISSING
from shared.imports.layout import Field, Layout
from shared.imports.placeholders import PLACEHOLDERS
from shared.imports.repairs import RepairKind
from shared.imports.times import TimeFormat


class ImportMode(StrEnum):
    """Which records a file may write: all, only new ones, or only existing ones."""

    UPSERT = "upsert"
    INSERT = "insert"
    UPDATE = "update"


@dataclass(frozen=True, kw_only=True)
class Options:
    """The import options that all files have; a subclass adds the options of one entity.

    A text or id that is one of `placeholders` is refused.
    """

    encoding: str | None = None
    placeholders: Sequence[str] = PLACEHOLDERS
    mode: ImportMode = ImportMode.UPSERT

    def mode_fault(self, *, exists: bool) -> Fault | None:
        """Return the fault for which the mode rejects a line; None if it accepts the line.

        `exists` is whether the record of the line exists already.
        """
        if self.mode is ImportMode.INSERT and exists:
            return Fault("", RECORD_EXISTS, "This record exists already, and the mode is insert.")
        if self.mode is ImportMode.UPDATE and not exists:
            return Fault("", RECORD_MISSING, "This record does not exist, and the mode is update.")
        return None


OptionsT = TypeVar("OptionsT", bound=Options)
Key = TypeVar("Key")
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not imported, and its faults.

    The pointer of a fault is the name of a field; it is empty if the whole line is invalid.
    """

    line: Line
    faults: Sequence[Fault]


@dataclass(slots=True)
class ChunkResult:
    """The result of one chunk of lines.

    `outcomes` has the number of imported lines for each `UpsertResult` of their records, `repairs`
    the kinds of the repairs of imported lines by the number of the line.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    repairs: dict[int, Sequence[RepairKind]] = field(default_factory=dict)


class Group(NamedTuple):
    """Lines with the same key, which form one record.

    If a record may not have so many lines, the lines are divided into several groups, and `is_cut`
    is true in each of these groups.
    """

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

    - `fields` returns the fields that a line may have, given how the times of the file are written.
    - `options` is the class of the options of these files.
    - `refers_to` are the entities whose records these files mention; they are documented first.
    - `about` is a paragraph in Markdown for the description of the API.
    """

    entity: str
    fields: Callable[[TimeFormat], Mapping[str, Field]]
    options: type[OptionsT]
    refers_to: Collection[str] = ()
    about: str = ""

    def option_names(self) -> list[str]:
        """Return the names of the options that apply to files of this entity."""
        return [option.name for option in fields(self.options)]

    def options_from(self, stored: Mapping[str, Any]) -> OptionsT:
        """Return the options of this entity, given the stored options, which may contain others.

        An option that an earlier release has not stored has its default value.
        """
        values = {name: stored[name] for name in self.option_names() if name in stored}
        return self.options(**values | {"mode": ImportMode(stored["mode"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSpec(ImportSpec[OptionsT], Generic[OptionsT, Key, Record]):
    """How files are imported in which each line is one record.

    Lines are applied one after the other: a line changes its record as earlier lines left it.

    - `key` returns the key of a line's record, from the cell of the field `key_field`; it raises
      InvalidValue if that cell is not a key.
    - `existing` locks the records with the given keys and returns them by key.
    - `main_key` returns the same key for all keys of one record; the record is None if it does not
      exist.
    - `look_up` returns the values of the lines of a chunk, with what a text names instead of the
      text where that has to be looked up; a text that names nothing is a fault that `build` raises.
    - `build` returns the record with the values of a line, given the record before the line; it
      raises FieldError if values do not fit the others. Its last argument are the fields to ignore,
      because their cells are invalid or the record is not found: they fit everything. The record of
      a line with faults is built only to find further faults.
    - `write` stores new and changed records by their main keys; the text is the id of the caller.
    """

    key_field: str
    key: Callable[[Mapping[str, Any], OptionsT], Key]
    existing: Callable[[Session, Collection[Key]], Mapping[Key, Record]]
    main_key: Callable[[Key, Record | None], Key] = lambda key, _: key
    look_up: Callable[[Session, Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]] = (
        lambda _, lines: lines
    )
    build: Callable[[Mapping[str, Any], OptionsT, Record | None, Collection[str]], Record]
    write: Callable[[Session, Mapping[Key, Record], str], object]


class GroupWriter(Protocol):
    """Writes the records of one file in which several lines form one record."""

    def scan(self, line: Line) -> None:
        """Read a line in advance; all lines of the file are scanned before the first `write`."""

    def write(self, session: Session, groups: Sequence[Group]) -> ChunkResult:
        """Write the records of these groups; return the outcomes and the rejected lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec(ImportSpec[OptionsT]):
    """How files are imported in which several lines form one record.

    Lines with the same text in the field `group_by` are gathered from the whole file into a group.
    More than `max_lines` lines are split into several groups with `is_cut`. `writer` returns the
    object that writes the groups of one file.
    """

    group_by: str
    max_lines: int
    writer: Callable[[FileImport[OptionsT]], GroupWriter]
