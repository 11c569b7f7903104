"""Every SELECT on questionnaires. Every caller may read all questionnaires."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from services.survey.design.questionnaire.domain import QuestionnaireState
from services.survey.design.questionnaire.filters import QuestionnaireFilter
from services.survey.design.questionnaire.models import Questionnaire, QuestionnaireVersion
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.ranges import time_range


def questionnaire(session: Session, questionnaire_id: UUID) -> Questionnaire | None:
    """Return the questionnaire with this id, or None."""
    return session.get(Questionnaire, questionnaire_id)


def questionnaire_for_change(session: Session, questionnaire_id: UUID) -> Questionnaire | None:
    """Lock the questionnaire with this id until the transaction ends; return it, or None."""
    statement = select(Questionnaire).where(Questionnaire.id == questionnaire_id).with_for_update()
    return session.scalar(statement)


def version(session: Session, questionnaire_id: UUID, number: int) -> QuestionnaireVersion | None:
    """Return the version of a questionnaire with this number, or None."""
    return session.get(QuestionnaireVersion, (questionnaire_id, number))


def existing_version(session: Session, questionnaire_id: UUID, number: int) -> QuestionnaireVersion:
    """Return the version of a questionnaire with this number.

    The version must exist: this function is for numbers that are stored in other rows.
    """
    return session.get_one(QuestionnaireVersion, (questionnaire_id, number))


def newest_version(session: Session, questionnaire: Questionnaire) -> QuestionnaireVersion:
    """Return the newest version of a questionnaire, whether it is a draft or published."""
    return existing_version(session, questionnaire.id, questionnaire.newest)


def newest_published_version(
    session: Session, questionnaire_id: UUID
) -> QuestionnaireVersion | None:
    """Return the published version of a questionnaire with the highest number, or None."""
    return session.scalar(
        select(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.questionnaire_id == questionnaire_id,
            QuestionnaireVersion.state == QuestionnaireState.PUBLISHED,
        )
        .order_by(QuestionnaireVersion.version.desc())
        .limit(1)
    )


QUESTIONNAIRES = Listing(
    id=Questionnaire.id,
    sorts={"created_at": [Questionnaire.id]},
    default="created_at",
    columns={"state": QuestionnaireVersion.state, "template": Questionnaire.template},
    ranges=[time_range("created", Questionnaire.created_at)],
    facets=("state", "template"),
)
"""The list of questionnaires; their ids grow with the time of creation."""


def questionnaires(session: Session, filters: QuestionnaireFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the questionnaires that the filters match."""
    is_newest = and_(
        QuestionnaireVersion.questionnaire_id == Questionnaire.id,
        QuestionnaireVersion.version == Questionnaire.newest,
    )
    statement = select(Questionnaire).join(QuestionnaireVersion, is_newest)
    return QUESTIONNAIRES.page(session, statement, paging=paging, filters=filters)


def newest_versions(
    session: Session, questionnaires: Sequence[Questionnaire]
) -> dict[UUID, QuestionnaireVersion]:
    """Return a dict from the id of each of these questionnaires to its newest version."""
    newest = session.scalars(
        select(QuestionnaireVersion)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(Questionnaire.id.in_([questionnaire.id for questionnaire in questionnaires]))
        .where(QuestionnaireVersion.version == Questionnaire.newest)
    )
    return {version.questionnaire_id: version for version in newest}


VERSIONS = Listing(sorts={"version": [QuestionnaireVersion.version]}, default="-version")
"""The list of the versions of one questionnaire."""


def versions(session: Session, questionnaire_id: UUID, *, paging: PageRequest) -> Slice:
    """Return a page of the versions of a questionnaire."""
    statement = select(QuestionnaireVersion).where(
        QuestionnaireVersion.questionnaire_id == questionnaire_id
    )
    return VERSIONS.page(session, statement, paging=paging)
