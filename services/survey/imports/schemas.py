"""Bodies of imports of answers."""

from uuid import UUID

from fastapi import UploadFile
from pydantic import Field, Json

from services.survey.imports.models import Import
from services.survey.imports.service import Options
from services.survey.response.schemas import Channel
from services.survey.survey.schemas import WaveCode
from shared.http.schemas import Body, Code, Page
from shared.imports.schemas import Encoding, FileImportBody, Zone


class OptionsBody(Body):
    """How the file is to be read; what is absent has the default named here."""

    system: Code = Field("import", description="The system that gives the ids of respondents.")
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


class ImportForm(Body):
    """The parts of the form."""

    file: UploadFile = Field(
        description="CSV in UTF-8 or GBK, or XLSX, with a header line; a line is a response. "
        "Columns: codes of items, respondent_external_id, submitted_at, channel."
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
