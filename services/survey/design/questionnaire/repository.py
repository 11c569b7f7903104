"""Every SELECT on questionnaires. They are the company's own, so everybody sees them all."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.survey.design.questionnaire.domain import VersionState
from services.survey.design.questionnaire.models import Questionnaire, QuestionnaireVersion
from shared.http.pagination import PageRequest, Slice, page


def questionnaire(session: Session, questionnaire_id: UUID) -> Questionnaire | None:
    """Find a questionnaire by id."""
    return session.get(Questionnaire, questionnaire_id)


def questionnaire_for_change(session: Session, questionnaire_id: UUID) -> Questionnaire | None:
    """Find a questionnaire and keep others from changing it until the transaction ends."""
    statement = select(Questionnaire).where(Questionnaire.id == questionnaire_id).with_for_update()
    return session.scalar(statement)


def version(session: Session, questionnaire_id: UUID, number: int) -> QuestionnaireVersion | None:
    """Find one version of a questionnaire."""
    return session.get(QuestionnaireVersion, (questionnaire_id, number))


def pinned(session: Session, questionnaire_id: UUID, number: int) -> QuestionnaireVersion:
    """Give a version that is known to be there."""
    return session.get_one(QuestionnaireVersion, (questionnaire_id, number))


def newest(session: Session, questionnaire: Questionnaire) -> QuestionnaireVersion:
    """Give the newest version of a questionnaire."""
    return pinned(session, questionnaire.id, questionnaire.newest)


def newest_published(session: Session, questionnaire_id: UUID) -> QuestionnaireVersion | None:
    """Find the version of a questionnaire that was published last."""
    kind = QuestionnaireVersion
    return session.scalar(
        select(kind)
        .where(kind.questionnaire_id == questionnaire_id, kind.state == VersionState.PUBLISHED)
        .order_by(kind.version.desc())
        .limit(1)
    )


def questionnaires(session: Session, *, paging: PageRequest) -> Slice:
    """List questionnaires in the order in which they were begun."""
    return page(session, select(Questionnaire), paging=paging, order=[Questionnaire.id])


def newest_of(session: Session, listed: list[Questionnaire]) -> dict[UUID, QuestionnaireVersion]:
    """Find the newest version of each of these questionnaires."""
    kind = QuestionnaireVersion
    found = session.scalars(
        select(kind)
        .join(Questionnaire, Questionnaire.id == kind.questionnaire_id)
        .where(Questionnaire.id.in_([each.id for each in listed]))
        .where(kind.version == Questionnaire.newest)
    )
    return {each.questionnaire_id: each for each in found}


def versions(session: Session, questionnaire_id: UUID, *, paging: PageRequest) -> Slice:
    """List the versions of a questionnaire."""
    kind = QuestionnaireVersion
    statement = select(kind).where(kind.questionnaire_id == questionnaire_id)
    return page(session, statement, paging=paging, order=[kind.version])
