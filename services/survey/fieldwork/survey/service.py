"""Use cases of surveys and their waves: create, change, publish and close them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.design.questionnaire import repository as questionnaires
from services.survey.design.questionnaire.domain import (
    Questionnaire,
    QuestionnaireState,
    parse_questionnaire,
)
from services.survey.design.questionnaire.models import QuestionnaireVersion
from services.survey.fieldwork.survey import events, repository
from services.survey.fieldwork.survey.domain import SurveyState, catalogue_item, merge_catalogues
from services.survey.fieldwork.survey.models import Survey, Wave
from services.survey.fieldwork.survey.problems import (
    MEANT_OTHERWISE,
    NOT_PUBLISHED,
    UNKNOWN_QUESTIONNAIRE,
    ChangedMeaning,
    QuestionnaireNotPublished,
    SurveyClosed,
    SurveyDraft,
    WaveClosed,
)
from shared import clock
from shared.contracts.survey.survey import CatalogueItem
from shared.errors import CodeTaken, Fault, Invalid, NotFound, check_version, found_or_404
from shared.faults import REQUIRED, TAKEN
from shared.ids import new_id
from shared.messaging import outbox

UNKNOWN = "There is no survey with this id."
UNKNOWN_WAVE = "This survey has no wave of this code."


def create_survey(
    session: Session,
    *,
    questionnaire_id: UUID,
    questionnaire_version: int | None,
    title: Mapping[str, str],
    wave_code: str,
    target: int | None,
    by: str,
) -> Survey:
    """Create a survey as a draft, with its first wave.

    If `title` is empty, the survey has the title of its questionnaire. The default version is the
    newest published version. Raises Invalid if the questionnaire does not exist; Conflict if its
    version is not published.
    """
    version = _published_version(session, questionnaire_id, questionnaire_version)
    survey = Survey(
        id=new_id(),
        version=1,
        title=dict(title or version.document["title"]),
        state=SurveyState.DRAFT,
        items=[],
        created_at=clock.now(),
        created_by=by,
    )
    session.add(survey)
    session.flush()
    _add_wave(session, survey, version, code=wave_code, target=target)
    return survey


def change_survey(
    session: Session,
    *,
    survey_id: UUID,
    expected_version: int | None,
    change: Callable[[Mapping[str, str]], dict[str, str]],
) -> Survey:
    """Replace the title of a survey by `change(title)`; do nothing if the titles are equal.

    Raises PreconditionFailed if the survey's version is not `expected_version`.
    """
    survey = _lock_survey(session, survey_id)
    check_version(survey.version, expected_version)
    title = change(survey.title)
    if title != survey.title:
        survey.title = title
        _record_change(session, survey)
    return survey


def open_wave(
    session: Session,
    *,
    survey_id: UUID,
    code: str,
    questionnaire_id: UUID | None,
    questionnaire_version: int | None,
    target: int | None,
) -> tuple[Survey, Wave]:
    """Add a wave to a survey; return both.

    The default questionnaire is the questionnaire of the previous wave, the default version its
    newest published version. Raises Conflict if another wave has this code, if the survey is
    closed, or if an item with a code of an earlier wave has another scale, type or role.
    """
    survey = _lock_survey(session, survey_id)
    if survey.state == SurveyState.CLOSED:
        raise SurveyClosed
    waves = repository.waves(session, survey_id)
    if any(wave.code == code for wave in waves):
        raise CodeTaken(Fault("/code", TAKEN, "Another wave has this code."))
    questionnaire_id = questionnaire_id or waves[-1].questionnaire_id
    version = _published_version(session, questionnaire_id, questionnaire_version)
    wave = _add_wave(session, survey, version, code=code, target=target)
    _record_change(session, survey)
    return survey, wave


def publish_survey(session: Session, *, survey_id: UUID) -> Survey:
    """Publish a survey, so that it accepts responses; do nothing if it is published already.

    Raises Conflict if the survey is closed.
    """
    survey = _lock_survey(session, survey_id)
    if survey.state == SurveyState.CLOSED:
        raise SurveyClosed
    if survey.state == SurveyState.DRAFT:
        survey.state, survey.published_at = SurveyState.PUBLISHED, clock.now()
        _record_change(session, survey)
    return survey


def close_survey(session: Session, *, survey_id: UUID) -> Survey:
    """Close a survey, so that it accepts no more responses; do nothing if it is closed already.

    Raises Conflict if the survey is a draft.
    """
    survey = _lock_survey(session, survey_id)
    if survey.state == SurveyState.DRAFT:
        raise SurveyDraft(detail="Only a published survey can be closed.")
    if survey.state == SurveyState.PUBLISHED:
        survey.state, survey.closed_at = SurveyState.CLOSED, clock.now()
        for wave in repository.waves(session, survey_id):
            wave.closed_at = wave.closed_at or survey.closed_at
        _record_change(session, survey, events.survey_closed)
    return survey


def close_wave(session: Session, *, survey_id: UUID, code: str) -> tuple[Survey, Wave]:
    """Close one wave, so that it accepts no more responses; do nothing if it is closed already."""
    survey = _lock_survey(session, survey_id)
    wave = wave_of(repository.waves(session, survey_id), code)
    if wave.closed_at is None:
        wave.closed_at = clock.now()
        _record_change(session, survey)
    return survey, wave


def survey_of(session: Session, survey_id: UUID) -> Survey:
    """Return the survey with this id, or raise NotFound."""
    return found_or_404(repository.survey(session, survey_id), UNKNOWN)


def wave_of(waves: list[Wave], code: str) -> Wave:
    """Return the wave with this code, or raise NotFound."""
    for wave in waves:
        if wave.code == code:
            return wave
    raise NotFound(detail=UNKNOWN_WAVE)


def wave_for_responses(
    session: Session, *, survey_id: UUID, wave_code: str | None, pointer: str = "/wave"
) -> Wave:
    """Return the wave of a survey that new responses belong to.

    The returned wave is the one with the given code or, if the code is None, the only open wave.
    Raises NotFound if there is no such survey or wave; Conflict if the survey or the wave accepts
    no responses; Invalid, with a fault at `pointer`, if no code is given and several waves are
    open.
    """
    survey = survey_of(session, survey_id)
    waves = repository.waves(session, survey_id)
    wave = _only_open_wave(waves, pointer) if wave_code is None else wave_of(waves, wave_code)
    if survey.state == SurveyState.DRAFT:
        raise SurveyDraft(detail="Publish the survey before it is answered.")
    if survey.state == SurveyState.CLOSED:
        raise SurveyClosed
    if wave.closed_at is not None:
        raise WaveClosed
    return wave


def questionnaire_of(session: Session, wave: Wave) -> Questionnaire:
    """Return the questionnaire version that a wave uses."""
    version = questionnaires.existing_version(
        session, wave.questionnaire_id, wave.questionnaire_version
    )
    return parse_questionnaire(version.document)


def _only_open_wave(waves: list[Wave], pointer: str) -> Wave:
    """Return the only open wave, or the only wave of all if no wave is open.

    Raises Invalid, with a fault at `pointer`, if there are several such waves.
    """
    candidates = [wave for wave in waves if wave.closed_at is None] or waves
    if len(candidates) > 1:
        raise Invalid(Fault(pointer, REQUIRED, "Several waves are open: name one of them."))
    return candidates[0]


def _lock_survey(session: Session, survey_id: UUID) -> Survey:
    """Lock the survey with this id and return it, or raise NotFound."""
    return found_or_404(repository.survey_for_change(session, survey_id), UNKNOWN)


def _published_version(
    session: Session, questionnaire_id: UUID, number: int | None
) -> QuestionnaireVersion:
    """Return the version of a questionnaire with this number; None means the newest published one.

    Raises Invalid if the questionnaire does not exist; Conflict if the version is not published.
    """
    if questionnaires.questionnaire(session, questionnaire_id) is None:
        raise Invalid(Fault("/questionnaire_id", UNKNOWN_QUESTIONNAIRE))
    if number is None:
        version = questionnaires.newest_published_version(session, questionnaire_id)
        pointer = "/questionnaire_id"
    else:
        version = questionnaires.version(session, questionnaire_id, number)
        pointer = "/questionnaire_version"
    if version is None or version.state != QuestionnaireState.PUBLISHED:
        raise QuestionnaireNotPublished(Fault(pointer, NOT_PUBLISHED))
    return version


def _add_wave(
    session: Session,
    survey: Survey,
    version: QuestionnaireVersion,
    *,
    code: str,
    target: int | None,
) -> Wave:
    """Insert a wave that uses this questionnaire version, and add its items to the survey.

    Raises Conflict if an item means something else than the item of an earlier wave with its code.
    """
    current_items = {item["code"]: CatalogueItem(**item) for item in survey.items}
    added_items = [catalogue_item(item) for item in parse_questionnaire(version.document).items]
    merged, conflicts = merge_catalogues(current_items, added_items)
    if conflicts:
        fault = Fault("/questionnaire_version", MEANT_OTHERWISE, item=conflicts[0])
        raise ChangedMeaning(fault)
    survey.items = [asdict(item) for item in merged.values()]
    wave = Wave(
        id=new_id(),
        survey_id=survey.id,
        code=code,
        questionnaire_id=version.questionnaire_id,
        questionnaire_version=version.version,
        target=target,
        opened_at=clock.now(),
    )
    session.add(wave)
    session.flush()
    return wave


def _record_change(
    session: Session,
    survey: Survey,
    event: Callable[[Survey, list[Wave], datetime], object] = events.survey_published,
) -> None:
    """Raise the version of a changed survey, and record its events unless it is a draft.

    Two events are recorded: the one that the function `event` returns, and the survey's new state.
    """
    survey.version += 1
    session.flush()
    if survey.published_at is not None:
        arguments = survey, repository.waves(session, survey.id), clock.now()
        outbox.record(session, event(*arguments), events.survey_state(*arguments))
