"""Use cases of surveys: design, open waves, publish, close, find where answers go."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.design.questionnaire import repository as questionnaires
from services.survey.design.questionnaire.domain import (
    Questionnaire,
    VersionState,
    read_questionnaire,
)
from services.survey.design.questionnaire.models import QuestionnaireVersion
from services.survey.design.questionnaire.service import UNKNOWN as UNKNOWN_QUESTIONNAIRE
from services.survey.fieldwork.survey import events, repository
from services.survey.fieldwork.survey.domain import State, catalogue_item, merge_catalogues
from services.survey.fieldwork.survey.models import Survey, Wave
from shared import clock
from shared.contracts.survey.survey import CatalogueItem
from shared.errors import Conflict, Fault, Invalid, NotFound, PreconditionFailed, found_or_404
from shared.ids import new_id
from shared.messaging import outbox

UNKNOWN = "There is no survey with this id."
UNKNOWN_WAVE = "This survey has no wave of this code."


def design_survey(
    session: Session,
    *,
    questionnaire_id: UUID,
    questionnaire_version: int | None,
    title: Mapping[str, str],
    wave: str,
    target: int | None,
    by: str,
) -> Survey:
    """Begin a survey with its first wave; it takes no answers before it is published."""
    pinned = _pinned(session, questionnaire_id, questionnaire_version)
    survey = Survey(
        id=new_id(),
        version=1,
        title=dict(title or pinned.document["title"]),
        state=State.DRAFT,
        items=[],
        created_at=clock.now(),
        created_by=by,
    )
    session.add(survey)
    session.flush()
    _add_wave(session, survey, pinned, code=wave, target=target)
    return survey


def change_survey(
    session: Session,
    *,
    survey_id: UUID,
    expected_version: int,
    change: Callable[[Mapping[str, str]], dict[str, str]],
) -> Survey:
    """Give a survey another title, if it is another."""
    survey = _for_change(session, survey_id)
    if survey.version != expected_version:
        raise PreconditionFailed
    title = change(survey.title)
    if title != survey.title:
        survey.title = title
        _changed(session, survey)
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
    """Begin another round; without a questionnaire the newest version of the last one's is asked.

    Conflict where the code is taken, the survey is closed, or an item would change its meaning.
    """
    survey = _for_change(session, survey_id)
    if survey.state == State.CLOSED:
        raise _closed()
    waves = repository.waves(session, survey_id)
    if any(wave.code == code for wave in waves):
        raise Conflict(Fault("/code", "taken", "Another wave has this code."), code="code_taken")
    asked = questionnaire_id or waves[-1].questionnaire_id
    pinned = _pinned(session, asked, questionnaire_version)
    wave = _add_wave(session, survey, pinned, code=code, target=target)
    _changed(session, survey)
    return survey, wave


def publish_survey(session: Session, *, survey_id: UUID) -> Survey:
    """Let answers come in. Nothing happens where they do already; Conflict once it is closed."""
    survey = _for_change(session, survey_id)
    if survey.state == State.CLOSED:
        raise _closed()
    if survey.state == State.DRAFT:
        survey.state, survey.published_at = State.PUBLISHED, clock.now()
        _changed(session, survey)
    return survey


def close_survey(session: Session, *, survey_id: UUID) -> Survey:
    """Take no more answers. Nothing happens where it is closed; Conflict for a draft."""
    survey = _for_change(session, survey_id)
    if survey.state == State.DRAFT:
        raise Conflict(detail="Only a published survey can be closed.", code="survey_draft")
    if survey.state == State.PUBLISHED:
        survey.state, survey.closed_at = State.CLOSED, clock.now()
        _changed(session, survey, events.closed)
    return survey


def close_wave(session: Session, *, survey_id: UUID, code: str) -> tuple[Survey, Wave]:
    """Take no more answers for one wave."""
    survey = _for_change(session, survey_id)
    wave = wave_of(repository.waves(session, survey_id), code)
    if wave.closed_at is None:
        wave.closed_at = clock.now()
        _changed(session, survey)
    return survey, wave


def survey_of(session: Session, survey_id: UUID) -> Survey:
    """Find a survey, or raise NotFound."""
    return found_or_404(repository.survey(session, survey_id), UNKNOWN)


def wave_of(waves: list[Wave], code: str) -> Wave:
    """Find a wave by its code, or raise NotFound."""
    for wave in waves:
        if wave.code == code:
            return wave
    raise NotFound(detail=UNKNOWN_WAVE)


def open_for_answers(
    session: Session, *, survey_id: UUID, wave: str | None, place: str = "/wave"
) -> Wave:
    """Find the wave that answers go to: the one named, or the only one that is open.

    `place` is where the wave has to be named.
    """
    survey = survey_of(session, survey_id)
    waves = repository.waves(session, survey_id)
    chosen = wave_of(waves, wave) if wave is not None else _only_open(waves, place)
    if survey.state == State.DRAFT:
        raise Conflict(detail="Publish the survey before it is answered.", code="survey_draft")
    if survey.state == State.CLOSED:
        raise _closed()
    if chosen.closed_at is not None:
        raise Conflict(detail="This wave of the survey is closed.", code="wave_closed")
    return chosen


def questionnaire_of(session: Session, wave: Wave) -> Questionnaire:
    """Give the questionnaire that a wave asks."""
    pinned = questionnaires.pinned(session, wave.questionnaire_id, wave.questionnaire_version)
    return read_questionnaire(pinned.document)


def _only_open(waves: list[Wave], place: str) -> Wave:
    candidates = [wave for wave in waves if wave.closed_at is None] or waves
    if len(candidates) > 1:
        codes = ", ".join(wave.code for wave in candidates)
        raise Invalid(Fault(place, "required", f"Say which wave: {codes}."))
    return candidates[0]


def _for_change(session: Session, survey_id: UUID) -> Survey:
    return found_or_404(repository.survey_for_change(session, survey_id), UNKNOWN)


def _closed() -> Conflict:
    return Conflict(detail="This survey is closed.", code="survey_closed")


def _pinned(session: Session, questionnaire_id: UUID, number: int | None) -> QuestionnaireVersion:
    """Give the published version that a wave asks, the newest unless a number is given."""
    if questionnaires.questionnaire(session, questionnaire_id) is None:
        raise Invalid(Fault("/questionnaire_id", "unknown", UNKNOWN_QUESTIONNAIRE))
    if number is None:
        pinned = questionnaires.newest_published(session, questionnaire_id)
        place = "/questionnaire_id"
    else:
        pinned = questionnaires.version(session, questionnaire_id, number)
        place = "/questionnaire_version"
    if pinned is None or pinned.state != VersionState.PUBLISHED:
        fault = Fault(place, "not_published", "Publish the questionnaire first.")
        raise Conflict(fault, code="questionnaire_not_published")
    return pinned


def _add_wave(
    session: Session, survey: Survey, pinned: QuestionnaireVersion, *, code: str, target: int | None
) -> Wave:
    kept = {item["code"]: CatalogueItem(**item) for item in survey.items}
    asked = [catalogue_item(item) for item in read_questionnaire(pinned.document).items]
    merged, clashes = merge_catalogues(kept, asked)
    if clashes:
        message = "This item meant something else in an earlier wave; give it another code: {}."
        fault = Fault("/questionnaire_version", "changed_meaning", message.format(clashes[0]))
        raise Conflict(fault, code="changed_meaning")
    survey.items = [asdict(item) for item in merged.values()]
    wave = Wave(
        id=new_id(),
        survey_id=survey.id,
        code=code,
        questionnaire_id=pinned.questionnaire_id,
        questionnaire_version=pinned.version,
        target=target,
        opened_at=clock.now(),
    )
    session.add(wave)
    session.flush()
    return wave


def _changed(
    session: Session,
    survey: Survey,
    tell: Callable[[Survey, list[Wave], datetime], object] = events.published,
) -> None:
    """Count the change, and tell of it unless the survey is still a draft."""
    survey.version += 1
    session.flush()
    if survey.published_at is not None:
        told = survey, repository.waves(session, survey.id), clock.now()
        outbox.record(session, tell(*told), events.state(*told))
