"""Use cases of imports: take a file in. The work itself is in job.py."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.imports.domain import faults_of_plan, plan_columns
from services.survey.imports.models import Import
from services.survey.questionnaire.domain import Questionnaire
from services.survey.response.service import open_for_answers, questionnaire_of
from shared.errors import Invalid
from shared.files.tables import read_table
from shared.imports.service import Upload, keep_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the lines of a file are to be read; kept with the import."""

    system: str
    timezone: str
    encoding: str | None
    channel: str


def start_import(
    session: Session,
    *,
    survey_id: UUID,
    wave: str | None,
    options: Options,
    mapping: Mapping[str, str | None],
    dry_run: bool,
    upload: Upload,
) -> Import:
    """Keep a file and queue its import; Invalid at once if its header will not do."""
    chosen = open_for_answers(session, survey_id=survey_id, wave=wave)
    header = read_table(upload.stream, encoding=options.encoding).header
    ignored = _ignored(header, mapping, questionnaire_of(session, chosen))
    kept = keep_file(session, upload)
    made = Import(
        **kept,
        survey_id=survey_id,
        wave=chosen.code,
        mapping=dict(mapping),
        options=asdict(options),
        dry_run=dry_run,
        header=header,
        ignored_columns=ignored,
    )
    session.add(made)
    session.flush()
    return made


def _ignored(
    header: list[str], mapping: Mapping[str, str | None], questionnaire: Questionnaire
) -> list[str]:
    items = list(questionnaire.items)
    codes = {item.code for item in items}
    required = [item.code for item in items if item.required]
    faults = faults_of_plan(header, mapping, codes, required)
    if faults:
        raise Invalid(*faults, detail="This file cannot be imported so.")
    return plan_columns(header, mapping, codes).ignored
