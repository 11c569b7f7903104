"""The use case of starting an import: store the file, and the import as a queued job."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.fieldwork.imports.domain import IDS, columns_of_answers
from services.survey.fieldwork.imports.models import Import
from services.survey.fieldwork.survey.service import questionnaire_of, wave_for_responses
from shared.errors import Invalid
from shared.imports.lanes import read_outline
from shared.imports.placeholders import PLACEHOLDERS
from shared.imports.service import SYSTEM_REQUIRED, Upload, store_file
from shared.imports.times import DateFormat

UNKNOWN = "This survey has no import with this id."


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the lines of a file are read; the options are stored with the import.

    `channel` is the channel of lines that name none, `timezone` the zone of times without offset,
    `date_format` the order of day and month in dates that do not begin with the year. An id that is
    one of `placeholders` is refused. An import that an earlier release has stored lacks the options
    with a default value.
    """

    system: str | None
    timezone: str
    encoding: str | None
    channel: str
    date_format: DateFormat = DateFormat.YEAR_FIRST
    placeholders: Sequence[str] = PLACEHOLDERS

    def to_store(self) -> dict[str, Any]:
        """Return the options to store with an import: all without a default, and all that differ.

        During an upgrade a worker of the release before, which does not know all options, may
        import the file.
        """
        defaults = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in asdict(self).items() if value != defaults[name]}


def start_import(
    session: Session, *, survey_id: UUID, wave_code: str | None, options: Options, upload: Upload
) -> Import:
    """Store a file of answers to a wave, and return the import, a row that is also its queued job.

    A worker finds the row and imports the file (`shared/jobs`).
    `wave_code` may be None if only one wave is open. Raises Invalid if the columns are not valid,
    or if the file has ids of respondents or responses and the options do not name the system of the
    ids; NotFound if there is no such survey or wave; Conflict if the survey or the wave accepts no
    responses.
    """
    wave = wave_for_responses(
        session, survey_id=survey_id, wave_code=wave_code, pointer="/options/wave"
    )
    outline = read_outline(upload.stream, encoding=options.encoding)
    items = {item.code: item.required for item in questionnaire_of(session, wave).items}
    columns = columns_of_answers(outline.header, upload.mapping, items)
    has_ids = not columns.positions.keys().isdisjoint(IDS)
    if options.system is None and has_ids:
        raise Invalid(SYSTEM_REQUIRED)
    created = Import(
        **store_file(session, upload, columns, outline),
        survey_id=survey_id,
        wave=wave.code,
        options=options.to_store(),
        has_lines_without_ids=not has_ids,
    )
    session.add(created)
    session.flush()
    return created
