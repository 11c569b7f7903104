"""The fields of the form and of the response body that all imports of files have."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import UploadFile
from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, field_validator

from shared.errors import InvalidValue
from shared.faults import ZONE
from shared.files.encodings import CODECS, SYNONYMS
from shared.files.store import digest
from shared.http.schemas import Body, Code, Page, WrittenFlag
from shared.http.strict_json import JsonPart
from shared.imports.models import ImportColumns, RejectionColumns
from shared.imports.repairs import RepairKind
from shared.imports.service import Upload
from shared.imports.times import DateFormat
from shared.jobs.models import JobState
from shared.texts import without_nul


def _known_zone(name: str) -> str:
    """Return the name of a time zone; raise InvalidValue if there is no such zone."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidValue(ZONE) from error


Zone = Annotated[Code, AfterValidator(_known_zone)]


def _canonical_name(encoding: str | None) -> str | None:
    """Return the name under which an encoding is stored: gbk for gb18030.

    During an upgrade a worker of the release before, which knows only gbk, may read the file.
    """
    return "gbk" if encoding == "gb18030" else encoding


Encoding = Annotated[
    str | None,
    Field(
        pattern=f"^({'|'.join([*CODECS, *SYNONYMS])})$",
        description=f"Encoding of a CSV file: {', '.join(CODECS)}; gbk means gb18030. Without it, "
        "UTF-8 and UTF-16 are detected, and a file of plausible Chinese text is read as gb18030; "
        "any other file is refused.",
    ),
    AfterValidator(_canonical_name),
]


DateOrder = Annotated[
    DateFormat,
    Field(
        description="Order of day and month in dates such as 31/01/2026. year_first: such dates "
        "are refused. Dates that begin with the year or name the month are read with every value.",
    ),
]


Placeholders = Annotated[
    list[Code],
    Field(
        max_length=100,
        description="Texts that mean that a cell has no value, compared without regard to case. A "
        "line that has one of them as an id, a name or another text is rejected; only answers may "
        "be such texts. An empty list accepts every text.",
    ),
]


MAX_FORM_BYTES = 1 << 50
"""Maximal size of a form with a file: practically no limit, because the file has its own limit."""


UploadedFile = Annotated[
    UploadFile,
    WithJsonSchema(
        {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
    ),
]
"""A file in a form; `format` is for generators that do not know `contentMediaType`."""


class FileForm(Body):
    """The fields of the form that starts an import: the file, and how it is imported."""

    file: UploadedFile
    mapping: JsonPart[dict[str, str | None]] = Field(
        default_factory=dict,
        description="JSON object from the name of a column in the file to the name of its field, "
        'such as `{"客户名称": "name"}`; a column that is mapped to null is ignored. Columns '
        "that already have the name of their field need no entry.",
    )
    dry_run: WrittenFlag = Field(
        False, description="Only check and count the lines, and change nothing."
    )

    @field_validator("file")
    @classmethod
    def _named_without_nul(cls, file: UploadFile) -> UploadFile:
        """Refuse a file name with NUL characters, which PostgreSQL cannot store."""
        without_nul(file.filename or "")
        return file

    def upload(self, *, limit: int, by: str) -> Upload:
        """Return the uploaded file; `limit` is its maximal size in bytes, `by` the caller's id."""
        return Upload(
            name=self.file.filename or "",
            stream=self.file.file,
            mapping=self.mapping,
            dry_run=self.dry_run,
            limit=limit,
            by=by,
        )

    def fingerprint(self) -> str:
        """Return a text that is equal for forms with equal fields, file names and contents."""
        fields = self.model_dump_json(exclude={"file"})
        return f"{fields}{self.file.filename}{digest(self.file.file)}"


class FailureOut(Body):
    """The reason why an import failed as a whole."""

    code: str = Field(
        description="The code of a problem or fault: see `GET /v1/problems`; a code that is not "
        "listed can only be in imports that an earlier release of Patron has run."
    )
    params: dict[str, Any] = Field(
        description="The values in the text of this code; empty for imports that an earlier "
        "release of Patron has run."
    )
    message: str
    pointer: str


class LineFaultOut(Body):
    """One thing that is wrong with a line of a file."""

    pointer: str = Field(
        description="JSON pointer to the field, such as `/unit_price`; empty if the whole line is "
        "wrong."
    )
    column: str | None = Field(
        description="Name of the field's column in the file; null without such a column, and if "
        "the whole line is wrong."
    )
    code: str | None = Field(
        description="The rule that was broken; `GET /v1/problems` explains each. Null for lines "
        "that an earlier release of Patron has rejected, which only have a `message`."
    )
    params: dict[str, Any] = Field(
        description="The values in the text of this code, such as `max`, from which a front end "
        "writes its own message. Each code always has the same parameters."
    )
    message: str = Field(description="What is wrong, and what to do, in English.")


class LineCellOut(Body):
    """The text of one cell of a line of a file, and its column."""

    column: str | None = Field(
        description="Name of the column in the file; null for a cell behind the last column."
    )
    value: str | None = Field(
        description="Text of the cell as it is in the file; null if the line ends before the "
        "column. At most the first 1000 characters, and fewer in a line of more than 20 cells."
    )
    cut: bool = Field(
        description="Whether `value` is only the beginning of the text; the file at `errors_url` "
        "has the whole."
    )


_MAX_CELL_LENGTH = 1000
_MAX_LINE_LENGTH = 20_000
"""Maximal number of characters that are shown of one cell, and of all cells of a line."""
_REJECTED_LINE: dict[str, Any] = {
    "line": 3,
    "values": [
        {"column": "external_id", "value": "10017", "cut": False},
        {"column": "客户名称", "value": "苏州华东家电有限公司", "cut": False},
        {"column": "类型", "value": "公司", "cut": False},
    ],
    "faults": [
        {
            "pointer": "/kind",
            "column": "类型",
            "code": "not_one_of",
            "params": {"allowed": ["person", "organisation", "unknown"]},
            "message": "Give one of person, organisation, unknown.",
        }
    ],
}


class RejectedLineOut(Body):
    """A line of a file that was not imported, and everything that is wrong with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REJECTED_LINE]})

    line: int = Field(description="Number of the line in the file, whose first line is 1.")
    values: list[LineCellOut] = Field(
        description="The cells of the line, one for each column in the order of the file, ignored "
        "columns too, and then the cells behind the last column."
    )
    faults: list[LineFaultOut]

    @classmethod
    def of(cls, row: RejectionColumns, header: Sequence[str]) -> Self:
        """Return the response body of a rejected line of a file with this header.

        Rows of the release before `coded_faults` have only the messages of their faults.
        """
        values = _cells_out(header, row.cells)
        if row.coded_faults is None:
            unknown: dict[str, Any] = {"pointer": "", "column": None, "code": None, "params": {}}
            faults = [LineFaultOut(**unknown, message=text) for text in row.faults]
        else:
            faults = [LineFaultOut(**each) for each in row.coded_faults]
        return cls(line=row.line, values=values, faults=faults)


def _cells_out(header: Sequence[str], cells: Sequence[str]) -> list[LineCellOut]:
    """Return the cells of a line, all together with about 20 000 characters at most."""
    limit = min(_MAX_CELL_LENGTH, _MAX_LINE_LENGTH // max(len(cells), 1))
    return [
        LineCellOut(column=column, value=text and text[:limit], cut=len(text or "") > limit)
        for column, text in zip_longest(header, cells)
    ]


class RejectedLinePage(Page[RejectedLineOut]):
    """A page of rejected lines."""


class RepairOut(Body):
    """One kind of repair in the cells of a file, and how often it was needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "apostrophe", "count": 12, "first_lines": [2, 5, 9]}]
        }
    )

    kind: RepairKind = Field(
        description="What was repaired. `apostrophe`: an apostrophe was removed that a program had "
        "put before `+`, `-`, `=`, `@` or a digit. `format_characters`: invisible format "
        "characters such as U+200B were removed. `unicode_form`: the text was brought to the "
        "Unicode form NFC. `rounded_number`: a number of a workbook was read at 15 significant "
        "digits, as spreadsheets show it."
    )
    count: int = Field(
        description="Number of cells that were repaired so; a cell can be repaired in several ways."
    )
    first_lines: list[int] = Field(
        description="Numbers of the first lines with such a cell, in ascending order, at most 10; "
        "the first line of the file is 1."
    )


class FileImportOut(Body):
    """An import of a file; all its counts are numbers of lines."""

    id: UUID
    state: JobState
    system: str | None = Field(
        description="System that the ids in the file come from; null if the file needs none."
    )
    dry_run: bool
    file_name: str
    file_size: int = Field(description="Size of the file in bytes.")
    encoding: str | None = Field(
        description="Encoding in which the CSV file is read, such as `utf-8` or `gb18030`; null "
        "for a workbook, and for an import that an earlier release has stored."
    )
    ignored_columns: list[str] = Field(
        description="Columns of the file that match no field and are ignored."
    )
    processed: int = Field(
        description="Lines processed so far: the sum of created, updated, unchanged and rejected."
    )
    total: int | None = Field(
        description="Number of lines in the file; null until they are counted."
    )
    created: int = Field(
        description="Lines whose records were created; an order may have many lines."
    )
    updated: int = Field(description="Lines whose records existed and were changed.")
    unchanged: int = Field(description="Lines whose records existed and already had these values.")
    rejected: int = Field(
        description="Lines that were rejected; `.../rejections` and the file at `errors_url` have "
        "the reasons."
    )
    repaired: list[RepairOut] = Field(
        description="What was changed in cells before they were read, by kind; empty if nothing "
        "was. Cells of rejected lines and of ignored columns do not count. A dry run shows the "
        "same as the import."
    )
    errors_url: str | None = Field(
        description="Path of the rejected lines as CSV, with a column for the reasons; "
        "null if no line was rejected."
    )
    failure: FailureOut | None
    created_at: datetime
    ended_at: datetime | None

    location_template: ClassVar[str]
    """The path of an import as a format string with the argument `row`, the row of the import."""

    @classmethod
    def location_of(cls, row: ImportColumns) -> str:
        """Return the path at which an import can be read."""
        return cls.location_template.format(row=row)

    @classmethod
    def of(cls, row: ImportColumns) -> Self:
        """Return the response body of an import."""
        names = cls.model_fields.keys() - {"errors_url", "failure", "repaired"}
        params = row.failure_params or {}
        failure = FailureOut(**row.failure, params=params) if row.failure else None
        url = f"{cls.location_of(row)}/errors" if row.rejected else None
        values = {name: getattr(row, name) for name in names}
        repaired = [RepairOut(**each) for each in row.repaired or ()]
        return cls(**values, repaired=repaired, errors_url=url, failure=failure)


QUEUED_IMPORT: dict[str, Any] = {
    "state": "queued",
    "system": "erp",
    "encoding": "utf-8",
    "ignored_columns": [],
    "processed": 0,
    "total": None,
    "created": 0,
    "updated": 0,
    "unchanged": 0,
    "rejected": 0,
    "repaired": [],
    "errors_url": None,
    "failure": None,
    "created_at": "2026-01-31T01:30:00Z",
    "ended_at": None,
}
"""The fields of a new import, for examples in the API document."""
