"""Use cases of questionnaires: design, change, publish, open a new version."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.design.questionnaire import repository
from services.survey.design.questionnaire.domain import VersionState
from services.survey.design.questionnaire.models import Questionnaire, QuestionnaireVersion
from services.survey.design.questionnaire.rules import faults_of
from shared import clock
from shared.errors import Conflict, Invalid, PreconditionFailed, found_or_404
from shared.ids import new_id

Document = dict[str, Any]
Versioned = tuple[Questionnaire, QuestionnaireVersion]

UNKNOWN = "There is no questionnaire with this id."


def design_questionnaire(
    session: Session, *, document: Document, template: str | None, by: str
) -> Versioned:
    """Begin a questionnaire: version 1 is a draft. Invalid where it is not sound."""
    _check(document)
    moment = clock.now()
    questionnaire = Questionnaire(
        id=new_id(), revision=1, newest=1, template=template, created_at=moment
    )
    session.add(questionnaire)
    session.flush()
    return questionnaire, _draft(session, questionnaire, document, by=by)


def change_questionnaire(
    session: Session,
    *,
    questionnaire_id: UUID,
    expected_revision: int,
    change: Callable[[Document], Document],
    by: str,
) -> Versioned:
    """Change the draft, if that changes anything.

    Conflict where the newest version is published and so stays as it is.
    """
    questionnaire, newest = _for_change(session, questionnaire_id)
    if questionnaire.revision != expected_revision:
        raise PreconditionFailed
    if newest.state != VersionState.DRAFT:
        detail = "A published version never changes; open a new one: POST .../versions."
        raise Conflict(detail=detail, code="version_published")
    document = change(newest.document)
    if document == newest.document:
        return questionnaire, newest
    _check(document)
    newest.document, newest.changed_at, newest.changed_by = document, clock.now(), by
    questionnaire.revision += 1
    session.flush()
    return questionnaire, newest


def publish_questionnaire(session: Session, *, questionnaire_id: UUID) -> Versioned:
    """Publish the newest version: surveys can ask it. Nothing happens where it is already."""
    questionnaire, newest = _for_change(session, questionnaire_id)
    if newest.state == VersionState.DRAFT:
        newest.state, newest.published_at = VersionState.PUBLISHED, clock.now()
        questionnaire.revision += 1
        session.flush()
    return questionnaire, newest


def open_version(session: Session, *, questionnaire_id: UUID, by: str) -> Versioned:
    """Begin a new version as a copy of the newest; Conflict while that one is a draft."""
    questionnaire, newest = _for_change(session, questionnaire_id)
    if newest.state == VersionState.DRAFT:
        raise Conflict(detail="The newest version is still a draft.", code="draft_open")
    questionnaire.newest += 1
    questionnaire.revision += 1
    return questionnaire, _draft(session, questionnaire, newest.document, by=by)


def _check(document: Document) -> None:
    faults = faults_of(document)
    if faults:
        raise Invalid(*faults, detail="The questionnaire is not sound.")


def _draft(
    session: Session, questionnaire: Questionnaire, document: Document, *, by: str
) -> QuestionnaireVersion:
    draft = QuestionnaireVersion(
        questionnaire_id=questionnaire.id,
        version=questionnaire.newest,
        state=VersionState.DRAFT,
        document=document,
        changed_at=clock.now(),
        changed_by=by,
    )
    session.add(draft)
    session.flush()
    return draft


def _for_change(session: Session, questionnaire_id: UUID) -> Versioned:
    questionnaire = found_or_404(
        repository.questionnaire_for_change(session, questionnaire_id), UNKNOWN
    )
    return questionnaire, repository.newest(session, questionnaire)
