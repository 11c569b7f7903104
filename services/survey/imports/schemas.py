"""Bodies of imports of answers."""

from typing import Any
from uuid import UUID

from fastapi import UploadFile
from pydantic import ConfigDict, Field, Json

from services.survey.imports.models import Import
from services.survey.imports.service import Options
from services.survey.response.schemas import Channel
from services.survey.survey.schemas import WaveCode
from shared.http.schemas import Body, Code, Page, System
from shared.imports.schemas import Encoding, FileImportBody, Zone


class OptionsBody(Body):
    """How the file is to be read; what is absent has the default named here."""

    system: System = Field("import", description="The system that gives the ids of respondents.")
    wave: WaveCode | None = Field(None, description="Needed where several waves are open.")
    channel: Channel = Field("import", description="Where a line names none.")
    timezone: Zone | None = Field(
        None, description="Of times without offset; absent: the business zone."
    )
    encoding: Encoding = None

    def options(self, timezone: str) -> Options:
        """Read, with the deployment's zone where none is named."""
        return Options(
            system=self.system,
            timezone=self.timezone or timezone,
            encoding=self.encoding,
            channel=self.channel,
        )


_HEADER = (
    "客户编号,submitted_at,channel,appearance,stability,performance,safety,durability,ease_of_use"
)
_FORM: dict[str, Any] = {
    "file": f"{_HEADER}\n"
    "10018,2026-01-30 14:05,telephone,5,4,5,5,4,4\n"
    "10019,2026-01-31 09:30,on_site,非常满意,比较满意,一般,5,0,4\n",
    "mapping": '{"客户编号": "respondent_external_id"}',
    "options": '{"system": "erp", "wave": "2026-H1"}',
    "dry_run": False,
}
_QUEUED: dict[str, Any] = {
    "id": "0199a7c0-0000-7000-8000-000000000041",
    "survey_id": "0199a7c0-0000-7000-8000-000000000018",
    "wave": "2026-H1",
    "state": "queued",
    "dry_run": False,
    "file_name": "answers.csv",
    "file_size": 212,
    "ignored_columns": [],
    "processed": 0,
    "total": None,
    "created": 0,
    "updated": 0,
    "unchanged": 0,
    "rejected": 0,
    "errors_url": None,
    "failure": None,
    "created_at": "2026-01-31T01:30:00Z",
    "ended_at": None,
}


class ImportForm(Body):
    """The parts of the form."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FORM]})

    file: UploadFile = Field(
        description="CSV in UTF-8 or GBK, or XLSX, with a header line; a line is a response. "
        "Columns: codes of items, respondent_external_id, submitted_at, channel. An answer is the "
        "code or number, or the label; several are parted by semicolons."
    )
    mapping: Json[dict[str, str | None]] = Field(
        "{}",
        validate_default=True,
        description="JSON object: column of the file -> code of an item or field; null: ignored.",
    )
    options: Json[OptionsBody] = Field("{}", validate_default=True, description="JSON object.")
    dry_run: bool = Field(False, description="Count and check, change nothing.")
    entity: Code | None = Field(None, description="Not needed here: these are always answers.")


class ImportBody(FileImportBody):
    """An import; counts are lines, `processed` is the sum of the four outcomes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUEUED]})

    survey_id: UUID
    wave: str


class ImportPage(Page[ImportBody]):
    """A page of imports."""


def import_path(row: Import) -> str:
    """Tell where an import is read."""
    return f"/v1/surveys/{row.survey_id}/imports/{row.id}"


def import_body(row: Import) -> ImportBody:
    """Present an import."""
    names = ImportBody.model_fields.keys() - {"errors_url"}
    url = f"{import_path(row)}/errors" if row.rejected else None
    return ImportBody(**{name: getattr(row, name) for name in names}, errors_url=url)
