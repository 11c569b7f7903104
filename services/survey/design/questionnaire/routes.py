"""HTTP door of questionnaires."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from sqlalchemy.orm import Session
from starlette.responses import Response

from services.survey.design.questionnaire import repository, service, shipped
from services.survey.design.questionnaire.models import Questionnaire
from services.survey.design.questionnaire.schemas import (
    QuestionnaireCreate,
    QuestionnaireDocument,
    QuestionnaireOut,
    QuestionnairePage,
    QuestionnaireUpdate,
    TemplateOut,
    TemplatePage,
    questionnaire_out,
)
from shared.errors import Fault, Invalid, found_or_404
from shared.http.answers import answer, errors
from shared.http.dependencies import SEES_ALL, Caller, ExpectedVersion, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.pagination import PageRequest, answer_page, paged_by
from shared.http.routing import Router
from shared.http.schemas import Code

router = Router(
    prefix="questionnaires",
    tag="questionnaires",
    about="Questionnaires (问卷) in versions, your own or from a template. Every key reads "
    "them; changing them needs a key that sees all rows.",
)

QuestionnaireId = Annotated[UUID, Path(description="The questionnaire's id.")]
Template = Annotated[Code, Path(description="Name of a template, as they are listed.")]
Number = Annotated[int, Path(ge=1, le=10**9, description="Number of the version.")]


@router.post(
    "",
    status_code=201,
    response_model=QuestionnaireOut,
    responses=errors(403, 409),
    dependencies=[SEES_ALL],
)
def design_questionnaire(
    body: QuestionnaireCreate, once: Once, session: Transaction, caller: Caller
) -> Response:
    """Begin a questionnaire, from a template or from nothing; its first version is a draft."""

    def design() -> Response:
        created = service.design_questionnaire(
            session,
            document=body.document(_template(body.template)),
            template=body.template,
            by=caller.subject,
        )
        return _present(created, created=True)

    return once(design)


@router.get("/templates", response_model=TemplatePage, responses=errors())
def list_templates() -> Response:
    """List the ready questionnaires."""
    names = shipped.template_names()
    items = [TemplateOut(name=name, title=_template(name)["title"]) for name in names]
    return answer(TemplatePage(items=items, next=None))


@router.get("/templates/{name}", response_model=QuestionnaireDocument, responses=errors(404))
def read_template(name: Template) -> Response:
    """Read a ready questionnaire."""
    document = found_or_404(shipped.template(name), "There is no template of this name.")
    return answer(QuestionnaireDocument.model_validate(document))


@router.get("", response_model=QuestionnairePage, responses=errors())
def list_questionnaires(
    session: Reading, paging: Annotated[PageRequest, paged_by("created_at")]
) -> Response:
    """List questionnaires, oldest first, each in its newest version."""
    rows = repository.questionnaires(session, paging=paging)
    newest = repository.newest_of(session, list(rows.rows))
    return answer_page(
        QuestionnairePage, lambda row: questionnaire_out(row, newest[row.id]), rows, paging
    )


@router.get("/{questionnaire_id}", response_model=QuestionnaireOut, responses=errors(404))
def read_questionnaire(questionnaire_id: QuestionnaireId, session: Reading) -> Response:
    """Read a questionnaire in its newest version."""
    questionnaire = _existing(session, questionnaire_id)
    return _present((questionnaire, repository.newest(session, questionnaire)))


@router.patch(
    "/{questionnaire_id}",
    response_model=QuestionnaireOut,
    responses=errors(400, 403, 404, 409, 412, 428),
    dependencies=[SEES_ALL],
)
def change_questionnaire(
    questionnaire_id: QuestionnaireId,
    body: QuestionnaireUpdate,
    expected_version: ExpectedVersion,
    session: Transaction,
    caller: Caller,
) -> Response:
    """Change the draft of a questionnaire (JSON Merge Patch); questions are replaced whole."""
    changed = service.change_questionnaire(
        session,
        questionnaire_id=questionnaire_id,
        expected_revision=expected_version,
        change=body.applied_to,
        by=caller.subject,
    )
    return _present(changed)


@router.post(
    "/{questionnaire_id}/publish",
    response_model=QuestionnaireOut,
    responses=errors(403, 404, 409),
    dependencies=[SEES_ALL],
)
def publish_questionnaire(
    questionnaire_id: QuestionnaireId, once: Once, session: Transaction
) -> Response:
    """Publish the newest version: from now on it never changes and surveys can ask it."""

    def publish() -> Response:
        return _present(service.publish_questionnaire(session, questionnaire_id=questionnaire_id))

    return once(publish)


@router.post(
    "/{questionnaire_id}/versions",
    status_code=201,
    response_model=QuestionnaireOut,
    responses=errors(403, 404, 409),
    dependencies=[SEES_ALL],
)
def open_version(
    questionnaire_id: QuestionnaireId, once: Once, session: Transaction, caller: Caller
) -> Response:
    """Begin a new version as a copy of the newest published one."""

    def begin() -> Response:
        opened = service.open_version(session, questionnaire_id=questionnaire_id, by=caller.subject)
        return _present(opened, created=True)

    return once(begin)


@router.get("/{questionnaire_id}/versions", response_model=QuestionnairePage, responses=errors(404))
def list_versions(
    questionnaire_id: QuestionnaireId,
    session: Reading,
    paging: Annotated[PageRequest, paged_by("-version")],
) -> Response:
    """List the versions of a questionnaire, newest first."""
    questionnaire = _existing(session, questionnaire_id)
    rows = repository.versions(session, questionnaire_id, paging=paging)
    return answer_page(
        QuestionnairePage, lambda row: questionnaire_out(questionnaire, row), rows, paging
    )


@router.get(
    "/{questionnaire_id}/versions/{version}",
    response_model=QuestionnaireOut,
    responses=errors(404),
)
def read_version(questionnaire_id: QuestionnaireId, version: Number, session: Reading) -> Response:
    """Read one version of a questionnaire."""
    questionnaire = _existing(session, questionnaire_id)
    row = repository.version(session, questionnaire_id, version)
    return _present((questionnaire, found_or_404(row, "This questionnaire has no such version.")))


def _existing(session: Session, questionnaire_id: UUID) -> Questionnaire:
    return found_or_404(repository.questionnaire(session, questionnaire_id), service.UNKNOWN)


def _template(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    document = shipped.template(name)
    if document is None:
        names = ", ".join(shipped.template_names())
        raise Invalid(Fault("/template", "unknown_template", f"Choose one of: {names}."))
    return document


def _present(found: service.Versioned, *, created: bool = False) -> Response:
    questionnaire, version = found
    return answer(
        questionnaire_out(questionnaire, version),
        created=created,
        location=f"/v1/questionnaires/{questionnaire.id}",
        version=questionnaire.revision,
    )
