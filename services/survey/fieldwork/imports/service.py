"""Use cases of imports: take a file in. The work itself is in job.py."""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.fieldwork.imports.domain import RESPONDENT, columns_of_answers
from services.survey.fieldwork.imports.models import Import
from services.survey.fieldwork.survey.service import open_for_answers, questionnaire_of
from shared.errors import Invalid
from shared.files.tables import read_table
from shared.imports.service import SYSTEM_REQUIRED, Upload, store_file

UNKNOWN = "This survey has no import with this id."


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the lines of a file are to be read; kept with the import."""

    system: str | None
    timezone: str
    encoding: str | None
    channel: str


def start_import(
    session: Session, *, survey_id: UUID, wave: str | None, options: Options, upload: Upload
) -> Import:
    """Keep a file and queue its import; Invalid at once if its header will not do."""
    chosen = open_for_answers(session, survey_id=survey_id, wave=wave, place="/options/wave")
    header = read_table(upload.stream, encoding=options.encoding).header
    items = {item.code: item.required for item in questionnaire_of(session, chosen).items}
    columns = columns_of_answers(header, upload.mapping, items)
    if options.system is None and RESPONDENT in columns.positions:
        raise Invalid(SYSTEM_REQUIRED)
    kept = store_file(session, upload, columns)
    made = Import(**kept, survey_id=survey_id, wave=chosen.code, options=asdict(options))
    session.add(made)
    session.flush()
    return made
