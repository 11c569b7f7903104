"""Use cases of questionnaires: create, change and publish them, open new versions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.design.questionnaire import repository
from services.survey.design.questionnaire.domain import QuestionnaireState
from services.survey.design.questionnaire.models import Questionnaire, QuestionnaireVersion
from services.survey.design.questionnaire.problems import DraftOpen, VersionPublished
from services.survey.design.questionnaire.rules import find_faults, missing_translations
from shared import clock
from shared.errors import Invalid, check_version, found_or_404
from shared.ids import new_id

Document = dict[str, Any]
"""The texts and questions of a version, in the JSON form of `schemas.QuestionnaireDocument`."""

UNKNOWN = "There is no questionnaire with this id."


def create_questionnaire(
    session: Session, *, document: Document, template: str | None, by: str
) -> tuple[Questionnaire, QuestionnaireVersion]:
    """Create a questionnaire with a draft of version 1.

    Raises Invalid with a fault for each rule that the document breaks.
    """
    _check_rules(document)
    moment = clock.now()
    questionnaire = Questionnaire(
        id=new_id(), revision=1, newest=1, template=template, created_at=moment
    )
    session.add(questionnaire)
    session.flush()
    return questionnaire, _add_draft(session, questionnaire, document, by=by)


def change_questionnaire(
    session: Session,
    *,
    questionnaire_id: UUID,
    expected_revision: int | None,
    change: Callable[[Document], Document],
    by: str,
) -> tuple[Questionnaire, QuestionnaireVersion]:
    """Replace the document of the newest version, a draft, by `change(document)`.

    Nothing is written if both documents are equal. Raises PreconditionFailed if the revision of the
    questionnaire is not `expected_revision`; VersionPublished if the newest version is published,
    because a published version never changes; Invalid if the new document breaks a rule.
    """
    questionnaire, newest = _lock_questionnaire(session, questionnaire_id)
    check_version(questionnaire.revision, expected_revision)
    if newest.state != QuestionnaireState.DRAFT:
        raise VersionPublished
    document = change(newest.document)
    if document == newest.document:
        return questionnaire, newest
    _check_rules(document)
    newest.document, newest.changed_at, newest.changed_by = document, clock.now(), by
    questionnaire.revision += 1
    session.flush()
    return questionnaire, newest


def publish_questionnaire(
    session: Session, *, questionnaire_id: UUID, allow_missing_translations: bool
) -> tuple[Questionnaire, QuestionnaireVersion]:
    """Publish the newest version, so that surveys can use it; do nothing if it is published.

    Raises Invalid with a fault for each missing translation, unless these are allowed.
    """
    questionnaire, newest = _lock_questionnaire(session, questionnaire_id)
    if newest.state == QuestionnaireState.DRAFT:
        if not allow_missing_translations:
            _check_translations(newest.document)
        newest.state, newest.published_at = QuestionnaireState.PUBLISHED, clock.now()
        questionnaire.revision += 1
        session.flush()
    return questionnaire, newest


def open_version(
    session: Session, *, questionnaire_id: UUID, by: str
) -> tuple[Questionnaire, QuestionnaireVersion]:
    """Add a draft of the next version, with a copy of the newest version's document.

    Raises DraftOpen if the newest version is itself still a draft.
    """
    questionnaire, newest = _lock_questionnaire(session, questionnaire_id)
    if newest.state == QuestionnaireState.DRAFT:
        raise DraftOpen
    questionnaire.newest += 1
    questionnaire.revision += 1
    return questionnaire, _add_draft(session, questionnaire, newest.document, by=by)


def _check_rules(document: Document) -> None:
    """Raise Invalid if a document breaks rules, with a fault for each of them."""
    if faults := find_faults(document):
        raise Invalid(*faults, detail="The questionnaire breaks some rules.")


def _check_translations(document: Document) -> None:
    """Raise Invalid if texts of a document lack a language that other texts have."""
    if faults := missing_translations(document):
        detail = (
            "Some texts are not translated into each language of the questionnaire. Translate "
            "them, or publish with allow_missing_translations=true: respondents then see these "
            "texts in the other language."
        )
        raise Invalid(*faults, detail=detail)


def _add_draft(
    session: Session, questionnaire: Questionnaire, document: Document, *, by: str
) -> QuestionnaireVersion:
    """Insert a draft whose version number is `questionnaire.newest`."""
    draft = QuestionnaireVersion(
        questionnaire_id=questionnaire.id,
        version=questionnaire.newest,
        state=QuestionnaireState.DRAFT,
        document=document,
        changed_at=clock.now(),
        changed_by=by,
    )
    session.add(draft)
    session.flush()
    return draft


def _lock_questionnaire(
    session: Session, questionnaire_id: UUID
) -> tuple[Questionnaire, QuestionnaireVersion]:
    """Lock a questionnaire; return it with its newest version, or raise NotFound."""
    questionnaire = found_or_404(
        repository.questionnaire_for_change(session, questionnaire_id), UNKNOWN
    )
    return questionnaire, repository.newest_version(session, questionnaire)
