"""Request and response bodies of imports of answers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form
from pydantic import ConfigDict, Field, field_validator

from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response.schemas import Channel
from services.survey.fieldwork.survey.schemas import WaveCode
from shared.catalogue import FaultCode
from shared.http.schemas import Body, FacetedPage, System
from shared.http.strict_json import JsonPart
from shared.imports.placeholders import PLACEHOLDERS
from shared.imports.schemas import (
    QUEUED_IMPORT,
    DateOrder,
    Encoding,
    FileForm,
    FileImportOut,
    Placeholders,
    UploadedFile,
    Zone,
)
from shared.imports.times import DateFormat


class AnswerImportOptions(Body):
    """How a file of answers is read, and which wave its answers belong to."""

    system: System | None = Field(
        None,
        description="The system that gives the ids in `respondent_external_id` and `response_id`, "
        "without a colon; needed if the file has one of these columns.",
        examples=["erp"],
    )
    wave: WaveCode | None = Field(
        None, description="Code of the wave; needed if several waves are open."
    )
    channel: Channel = Field("import", description="Channel of the lines that name none.")
    timezone: Zone | None = Field(
        None,
        description="Time zone of times without offset; the default is the zone of the deployment.",
    )
    date_format: DateOrder = DateFormat.YEAR_FIRST
    placeholders: Placeholders = Field(list(PLACEHOLDERS))
    encoding: Encoding = None

    def job_options(self, timezone: str) -> Options:
        """Return the options of the job; `timezone` is the default time zone."""
        return Options(
            system=self.system,
            timezone=self.timezone or timezone,
            encoding=self.encoding,
            date_format=self.date_format,
            placeholders=self.placeholders,
            channel=self.channel,
        )


_EXAMPLE_HEADER = (
    "客户编号,submitted_at,channel,appearance,stability,performance,safety,durability,ease_of_use"
)
_EXAMPLE_FORM: dict[str, Any] = {
    "file": f"{_EXAMPLE_HEADER}\n"
    "10018,2026-01-30 14:05,telephone,5,4,5,5,4,4\n"
    "10019,2026-01-31 09:30,on_site,非常满意,比较满意,一般,5,0,4\n",
    "mapping": {"客户编号": "respondent_external_id"},
    "options": {"system": "erp", "wave": "2026-H1"},
    "dry_run": False,
}
_EXAMPLE_IMPORT = QUEUED_IMPORT | {
    "id": "0199a7c0-0000-7000-8000-000000000041",
    "survey_id": "0199a7c0-0000-7000-8000-000000000018",
    "wave": "2026-H1",
    "warnings": [],
    "dry_run": False,
    "file_name": "answers.csv",
    "file_size": 212,
}


class AnswerImportForm(FileForm):
    """The multipart form with which an import is started: the file, and how to read it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_FORM]})

    file: UploadedFile = Field(
        description="A CSV file in UTF-8, GBK or `options.encoding`, or an XLSX file. It has a "
        "header line; every other line is a response. The columns are named by the codes of "
        "items, or respondent_external_id, response_id, submitted_at or channel. An answer is a "
        "code, a number or a label; several options are separated by semicolons."
    )
    options: JsonPart[AnswerImportOptions] = Field(
        default_factory=AnswerImportOptions,
        description="A JSON object that states how the file is read.",
    )


SentForm = Annotated[AnswerImportForm, Form(media_type="multipart/form-data")]


class ImportWarningOut(Body):
    """A warning about the lines of a file, which are imported nevertheless."""

    code: str = Field(
        description="What the warning is about; `GET /v1/problems` explains each code.",
        examples=["may_count_twice"],
    )
    message: str = Field(description="What is unusual, and what to do, in English.")


class AnswerImportOut(FileImportOut):
    """An import of a file of answers.

    `processed` lines are finished; it is the sum of `created`, `updated`, `unchanged` and
    `rejected`.
    """

    location_template = "/v1/surveys/{row.survey_id}/imports/{row.id}"
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_IMPORT]})

    survey_id: UUID
    wave: str
    warnings: list[ImportWarningOut] = Field(
        description="`may_count_twice` if lines have neither a `response_id` nor a "
        "`respondent_external_id`: sent again in another file, they count twice. Known at once if "
        "the file lacks both columns, otherwise when such a line is imported. Empty if there is "
        "nothing to say."
    )

    @field_validator("warnings", mode="before")
    @classmethod
    def _with_messages(cls, codes: list[FaultCode]) -> list[ImportWarningOut]:
        """Return the warnings with these codes."""
        return [ImportWarningOut(code=code.name, message=code.message({})) for code in codes]


class AnswerImportPage(FacetedPage[AnswerImportOut]):
    """A page of imports."""
